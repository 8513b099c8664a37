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
func parseAttrs(text string) (map[string]any, error) {
	var kw map[string]any
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		if kw == nil {
			kw = map[string]any{}
		}
		i := strings.IndexAny(text, "= ")
		if i < 0 {
			i = len(text)
		}
		key, rest := text[:i], text[i:]
		if !strings.HasPrefix(rest, "=") {
			kw[key], text = true, rest
			continue
		}
		rest = rest[1:]
		if strings.HasPrefix(rest, "'") {
			value, after, ok := strings.Cut(rest[1:], "'")
			if !ok {
				return nil, fmt.Errorf("forms: attrs: the value of %s has no closing quote", key)
			}
			kw[key], text = value, after
			continue
		}
		kw[key], text, _ = strings.Cut(rest, " ")
	}
	return kw, nil
}

// ParseChecks reads checks as the tag check has them: "required, length(3, 25), regexp('^[a-z]+$', message='Letters only')".
func ParseChecks(text string) (list []Check, err error) {
	p := checkParser{text}
	for p.skip(); p.text != ""; p.skip() {
		name := p.word("(,")
		var args checkArgs
		if p.take('(') {
			if args, err = p.args(); err != nil {
				return nil, fmt.Errorf("forms: check %s: %w", name, err)
			}
		}
		c, err := NewCheck(name, args.positional, args.named)
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

// A checkParser reads the tag check from its beginning.
type checkParser struct{ text string }

func (p *checkParser) skip() { p.text = strings.TrimLeft(p.text, " \t\n") }

func (p *checkParser) take(c byte) bool {
	if p.text != "" && p.text[0] == c {
		p.text = p.text[1:]
		return true
	}
	return false
}

func (p *checkParser) word(ends string) string {
	i := strings.IndexAny(p.text, ends)
	if i < 0 {
		i = len(p.text)
	}
	word := strings.TrimSpace(p.text[:i])
	p.text = p.text[i:]
	return word
}

type checkArgs struct {
	positional []any
	named      map[string]any
}

func (p *checkParser) args() (a checkArgs, err error) {
	for {
		p.skip()
		if p.take(')') {
			return a, nil
		}
		name := ""
		if i := strings.IndexAny(p.text, "=,)'"); i > 0 && p.text[i] == '=' && isName(strings.TrimSpace(p.text[:i])) {
			name, p.text = strings.TrimSpace(p.text[:i]), p.text[i+1:]
			p.skip()
		}
		var value any
		if p.take('\'') {
			i := strings.IndexByte(p.text, '\'')
			if i < 0 {
				return a, errors.New("a text has no closing quote")
			}
			value, p.text = p.text[:i], p.text[i+1:]
		} else {
			value = p.word(",)")
		}
		if name == "" {
			a.positional = append(a.positional, value)
		} else {
			if a.named == nil {
				a.named = map[string]any{}
			}
			a.named[name] = value
		}
		p.skip()
		if !p.take(',') && !strings.HasPrefix(p.text, ")") {
			return a, errors.New("a parenthesis is not closed")
		}
	}
}
