package i18n

import (
	"fmt"
	"regexp"
	"strings"
)

// conversion is what the operator % of templates knows, with a width that a page can have.
var conversion = regexp.MustCompile(`%(?:%|\((\w+)\)[-#0 +]?\d{0,2}(?:\.\d{1,2})?[a-zA-Z])`)

// checkFormat refuses a translation that could not be shown: one with a placeholder that its text does not
// have, or with a % that begins none. Texts that are no formats themselves may have any.
func checkFormat(ids, forms []string) error {
	if !strings.Contains(strings.Join(ids, ""), "%") {
		return nil
	}
	known := map[string]bool{"": true, "num": len(ids) > 1}
	for _, id := range ids {
		if strings.Contains(conversion.ReplaceAllLiteralString(id, ""), "%") {
			return nil
		}
		for _, m := range conversion.FindAllStringSubmatch(id, -1) {
			known[m[1]] = true
		}
	}
	for _, form := range forms {
		if strings.Contains(conversion.ReplaceAllLiteralString(form, ""), "%") {
			return fmt.Errorf("the translation %q of %q has a %% that begins no placeholder; write %%%%", clip(form), clip(ids[0]))
		}
		for _, m := range conversion.FindAllStringSubmatch(form, -1) {
			if !known[m[1]] {
				return fmt.Errorf("the translation %q of %q has the placeholder %s, which the text does not have", clip(form), clip(ids[0]), m[0])
			}
		}
	}
	return nil
}

// forTemplate is a translation as templates take it, which format every text: a % is one where the text itself
// has none, and so no placeholder.
func forTemplate(id, text string) string {
	if strings.Contains(text, "%") && !strings.Contains(id, "%") && strings.Contains(strings.ReplaceAll(text, "%%", ""), "%") {
		return strings.ReplaceAll(text, "%", "%%")
	}
	return text
}
