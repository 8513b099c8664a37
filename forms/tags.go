package forms

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/dewar-go/dewar/internal/spell"
)

// tagKeys are the keys of the tags of a field.
var tagKeys = []string{"form", "type", "label", "description", "check", "filter", "default", "choices", "format", "places", "attrs", "entries"}

// foreignKeys are keys of other packages that look like one of these.
var foreignKeys = []string{"forms", "xml", "json", "yaml"}

// parseTags reads the tags of a field but its name.
func parseTags(tag reflect.StructTag) (f Field, err error) {
	if err := checkKeys(string(tag)); err != nil {
		return f, err
	}
	f.Type, f.Label, f.Description = tag.Get("type"), tag.Get("label"), tag.Get("description")
	if text, ok := tag.Lookup("default"); ok {
		f.Default = text
	}
	if format := tag.Get("format"); format != "" {
		f.Formats = []string{format}
	}
	if text := tag.Get("places"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return f, fmt.Errorf(`forms: places:%q is no whole number`, text)
		}
		f.Places = &n
	}
	if f.Checks, err = ParseChecks(tag.Get("check")); err != nil {
		return f, err
	}
	for name := range words(tag.Get("filter")) {
		filter := filters[name]
		if filter == nil {
			return f, fmt.Errorf("forms: there is no filter %q%s", name, didYouMean(name, "strip", "lower", "upper", "squeeze"))
		}
		f.Filters = append(f.Filters, filter)
	}
	if text, ok := tag.Lookup("choices"); ok {
		f.Choices = parseChoices(text)
	}
	if text := tag.Get("entries"); text != "" {
		low, high, _ := strings.Cut(text, "..")
		var err1, err2 error
		f.MinEntries, err1 = strconv.Atoi(low)
		f.MaxEntries, err2 = strconv.Atoi(high)
		if err1 != nil || err2 != nil || f.MaxEntries < 1 {
			return f, fmt.Errorf(`forms: entries:%q is no range, such as entries:"1..10"`, text)
		}
	}
	f.RenderKw, err = parseAttrs(tag.Get("attrs"))
	return f, err
}

// checkKeys finds keys that are misspelt.
func checkKeys(tag string) error {
	for tag = strings.TrimSpace(tag); tag != ""; tag = strings.TrimSpace(tag) {
		key, rest, ok := strings.Cut(tag, `:"`)
		if !ok || strings.ContainsAny(key, ` "`) {
			return fmt.Errorf("forms: the tag is malformed at %q", tag)
		}
		quoted, err := strconv.QuotedPrefix(`"` + rest)
		if err != nil {
			return fmt.Errorf("forms: the tag %s has no end", key)
		}
		if near := spell.Nearest(key, tagKeys); near != "" && !slices.Contains(tagKeys, key) && !slices.Contains(foreignKeys, key) {
			return fmt.Errorf("forms: there is no tag %q; did you mean %s?", key, near)
		}
		tag = rest[len(quoted)-1:]
	}
	return nil
}

func didYouMean(name string, names ...string) string {
	if near := spell.Nearest(name, names); near != "" {
		return "; did you mean " + near + "?"
	}
	return "; there are " + strings.Join(names, ", ")
}

// words yields the words of a list with commas.
func words(text string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for word := range strings.SplitSeq(text, ",") {
			if word = strings.TrimSpace(word); word != "" && !yield(word) {
				return
			}
		}
	}
}

var filters = map[string]Filter{"strip": Strip, "lower": Lower, "upper": Upper, "squeeze": Squeeze}

// Strip removes white space from both ends.
func Strip(text string) string { return strings.TrimSpace(text) }

// Lower writes a text in lower case.
func Lower(text string) string { return strings.ToLower(text) }

// Upper writes a text in upper case.
func Upper(text string) string { return strings.ToUpper(text) }

// Squeeze makes one blank of each white space and removes it from both ends.
func Squeeze(text string) string { return strings.Join(strings.Fields(text), " ") }

// parseChoices reads "red=Red, green=Green", with groups "Warm: red, orange; Cold: blue".
func parseChoices(text string) []Choice {
	list := []Choice{}
	for part := range strings.SplitSeq(text, ";") {
		group, rest, grouped := strings.Cut(part, ":")
		if !grouped {
			group, rest = "", part
		}
		for word := range words(rest) {
			value, label, _ := strings.Cut(word, "=")
			list = append(list, Choice{Value: strings.TrimSpace(value), Label: strings.TrimSpace(label), Group: strings.TrimSpace(group)})
		}
	}
	return list
}

// parseAttrs reads "rows=5 class='wide red' autofocus".
func parseAttrs(text string) (kw map[string]any, err error) {
	p := tagParser{text}
	for p.skip(); p.text != ""; p.skip() {
		if kw == nil {
			kw = map[string]any{}
		}
		key := p.word("= ")
		if !p.take('=') {
			kw[key] = true
		} else if kw[key], err = p.value(" "); err != nil {
			return nil, fmt.Errorf("forms: attrs: %s: %w", key, err)
		}
	}
	return kw, nil
}

// ParseChecks reads checks as the tag check has them: "required, length(3, 25), regexp('^[a-z]+$', message='Letters only')".
func ParseChecks(text string) (list []Check, err error) {
	p := tagParser{text}
	for p.skip(); p.text != ""; p.skip() {
		name := p.word("(,")
		var positional []any
		named := map[string]any{}
		if p.take('(') {
			if positional, err = p.args(named); err != nil {
				return nil, fmt.Errorf("forms: check %s: %w", name, err)
			}
		}
		c, err := NewCheck(name, positional, named)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
		p.skip()
		if p.text != "" && !p.take(',') {
			return nil, fmt.Errorf("forms: check: a comma is needed before %q", p.text)
		}
	}
	return list, nil
}

// A tagParser reads a tag from its beginning.
type tagParser struct{ text string }

func (p *tagParser) skip() { p.text = strings.TrimLeft(p.text, " \t\n") }

func (p *tagParser) take(c byte) bool {
	if p.text != "" && p.text[0] == c {
		p.text = p.text[1:]
		return true
	}
	return false
}

func (p *tagParser) word(ends string) string {
	i := strings.IndexAny(p.text, ends)
	if i < 0 {
		i = len(p.text)
	}
	word := strings.TrimSpace(p.text[:i])
	p.text = p.text[i:]
	return word
}

// value reads a text in quotes, or up to one of the ends.
func (p *tagParser) value(ends string) (text string, err error) {
	if !p.take('\'') {
		return p.word(ends), nil
	}
	text, rest, ok := strings.Cut(p.text, "'")
	if p.text = rest; !ok {
		return "", errors.New("a text has no closing quote")
	}
	return text, nil
}

// args reads the arguments of a check up to the parenthesis that closes them.
func (p *tagParser) args(named map[string]any) (positional []any, err error) {
	for p.skip(); !p.take(')'); p.skip() {
		name := ""
		if i := strings.IndexAny(p.text, "=,)'"); i > 0 && p.text[i] == '=' && isName(strings.TrimSpace(p.text[:i])) {
			name, p.text = strings.TrimSpace(p.text[:i]), p.text[i+1:]
			p.skip()
		}
		value, err := p.value(",)")
		if err != nil {
			return nil, err
		}
		if name == "" {
			positional = append(positional, value)
		} else {
			named[name] = value
		}
		p.skip()
		if !p.take(',') && !strings.HasPrefix(p.text, ")") {
			return nil, errors.New("a parenthesis is not closed")
		}
	}
	return positional, nil
}
