package routing

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// A Converter reads and writes one variable of a rule. The built-in ones are
// string (also called default), path, int, float, any and uuid; see the package
// comment. [NewConverter] makes one from two functions.
//
// A converter may also have the methods Weight() int (default 100; the lighter
// of two rules is tried first) and PartIsolating() bool (default: Pattern has
// no "/"). One that is not part isolating may hold slashes.
//
// Converters are called from many goroutines at once.
type Converter interface {
	// Pattern is a regular expression of package regexp for the texts that the converter accepts.
	Pattern() string
	// Parse converts a text that Pattern matched to the value for the view. An error means that the rule does not
	// match: a 404. Werkzeug: to_python.
	Parse(text string) (any, error)
	// Format returns a value as text for a URL, percent-encoded. Werkzeug: to_url. For errors see ErrValidation.
	Format(value any) (string, error)
	// Type is the type of the values that Parse returns.
	Type() reflect.Type
}

// A ConverterFunc makes the converter of one variable from the arguments in the rule. Map.Add fails with its error.
type ConverterFunc func(Args) (Converter, error)

// NewConverter makes a converter without arguments for values of type T.
// pattern is a regular expression as in package regexp, "" for `[^/]+`; parse
// and format are called with texts that match it and values of type T. The text
// that format returns is percent-encoded by the converter.
func NewConverter[T any](pattern string, parse func(string) (T, error), format func(T) (string, error)) ConverterFunc {
	if pattern == "" {
		pattern = "[^/]+"
	}
	return func(args Args) (Converter, error) {
		if len(args.Positional) > 0 || len(args.Named) > 0 {
			return nil, errors.New("the converter takes no arguments")
		}
		return &typedConverter[T]{pattern, parse, format}, nil
	}
}

type typedConverter[T any] struct {
	pattern string
	parse   func(string) (T, error)
	format  func(T) (string, error)
}

func (c *typedConverter[T]) Pattern() string                { return c.pattern }
func (c *typedConverter[T]) Parse(text string) (any, error) { return c.parse(text) }
func (c *typedConverter[T]) Type() reflect.Type             { return reflect.TypeFor[T]() }

func (c *typedConverter[T]) Format(value any) (string, error) {
	v, ok := value.(T)
	if !ok {
		return "", fmt.Errorf("want %v, got %T", c.Type(), value)
	}
	text, err := c.format(v)
	return quotePath(text), err
}

func weightOf(c Converter) int {
	if w, ok := c.(interface{ Weight() int }); ok {
		return w.Weight()
	}
	return 100
}

func partIsolating(c Converter) bool {
	if p, ok := c.(interface{ PartIsolating() bool }); ok {
		return p.PartIsolating()
	}
	return !strings.Contains(c.Pattern(), "/")
}

// builtin holds the converters that every map has.
var builtin = map[string]ConverterFunc{
	"default": newText,
	"string":  newText,
	"path":    newPath,
	"int":     newInt,
	"float":   newFloat,
	"any":     newAny,
	"uuid":    newUUID,
}

// typeError is an error about which arguments a converter takes. Other errors are about their values.
type typeError struct{ message string }

func (e *typeError) Error() string { return e.message }

// bind assigns arguments to parameters, by position and by name. Its errors have Python's words.
func (a Args) bind(converter string, names ...string) (map[string]any, error) {
	if len(a.Positional) > len(names) {
		return nil, &typeError{fmt.Sprintf("%s takes at most %d arguments, %d were given", converter, len(names), len(a.Positional))}
	}
	bound := make(map[string]any, len(a.Positional)+len(a.Named))
	for i, v := range a.Positional {
		bound[names[i]] = v
	}
	for _, name := range slices.Sorted(maps.Keys(a.Named)) {
		if !slices.Contains(names, name) {
			return nil, &typeError{fmt.Sprintf("%s got an unexpected keyword argument '%s'", converter, name)}
		}
		if _, ok := bound[name]; ok {
			return nil, &typeError{fmt.Sprintf("%s got multiple values for argument '%s'", converter, name)}
		}
		bound[name] = a.Named[name]
	}
	return bound, nil
}

// textConverter is the converter string: a text without slashes.
type textConverter struct{ min, max int }

func newText(args Args) (Converter, error) {
	bound, err := args.bind("string", "minlength", "maxlength", "length")
	if err != nil {
		return nil, err
	}
	c := &textConverter{min: 1, max: -1}
	if v, ok := bound["length"]; ok && v != nil {
		n, err := count("length", v)
		return &textConverter{n, n}, err
	}
	if v, ok := bound["maxlength"]; ok && v != nil {
		if c.max, err = count("maxlength", v); err != nil {
			return nil, err
		}
	}
	if v, ok := bound["minlength"]; ok {
		if c.min, err = count("minlength", v); err != nil {
			return nil, err
		}
	}
	if c.max >= 0 && c.max < c.min {
		return nil, errors.New("min repeat greater than max repeat")
	}
	return c, nil
}

// count converts an argument that is a number of characters.
func count(name string, v any) (int, error) {
	n, err := pythonInt(v)
	if err != nil {
		return 0, err
	}
	if !n.IsInt64() || n.Sign() < 0 || n.Int64() > 1<<30 {
		return 0, fmt.Errorf("%s must be between 0 and %d, not %v", name, 1<<30, n)
	}
	return int(n.Int64()), nil
}

func (c *textConverter) Pattern() string {
	switch {
	case c.max < 0:
		return fmt.Sprintf("[^/]{%d,}", c.min)
	case c.min == c.max:
		return fmt.Sprintf("[^/]{%d}", c.min)
	}
	return fmt.Sprintf("[^/]{%d,%d}", c.min, c.max)
}
func (c *textConverter) Parse(text string) (any, error)   { return text, nil }
func (c *textConverter) Format(value any) (string, error) { return quotePath(pythonStr(value)), nil }
func (c *textConverter) Type() reflect.Type               { return reflect.TypeFor[string]() }
func (c *textConverter) PartIsolating() bool              { return true }
func (c *textConverter) span() *span                      { return &span{kind: spanText, min: c.min, max: c.max} }

// pathConverter is the converter path: a text that may hold slashes but does not begin with one.
type pathConverter struct{}

func newPath(Args) (Converter, error) {
	return pathConverter{}, nil // arguments are ignored, as Werkzeug does
}

func (pathConverter) Pattern() string                  { return "[^/].*?" }
func (pathConverter) Parse(text string) (any, error)   { return text, nil }
func (pathConverter) Format(value any) (string, error) { return quotePath(pythonStr(value)), nil }
func (pathConverter) Type() reflect.Type               { return reflect.TypeFor[string]() }
func (pathConverter) Weight() int                      { return 200 }
func (pathConverter) PartIsolating() bool              { return false }
func (pathConverter) span() *span                      { return &span{kind: spanPath} }

// anyConverter is the converter any: one of a list of texts.
type anyConverter struct{ items []string }

func newAny(args Args) (Converter, error) {
	for name := range args.Named {
		return nil, &typeError{fmt.Sprintf("any got an unexpected keyword argument '%s'", name)}
	}
	c := &anyConverter{}
	for _, v := range args.Positional {
		text, ok := v.(string)
		if !ok {
			return nil, &typeError{fmt.Sprintf("any takes texts, put quotes around %s", pythonStr(v))}
		}
		c.items = append(c.items, text)
	}
	return c, nil
}

func (c *anyConverter) Pattern() string {
	quoted := make([]string, len(c.items))
	for i, item := range c.items {
		quoted[i] = regexp.QuoteMeta(item)
	}
	return "(?:" + strings.Join(quoted, "|") + ")"
}
func (c *anyConverter) Parse(text string) (any, error) { return text, nil }
func (c *anyConverter) Type() reflect.Type             { return reflect.TypeFor[string]() }
func (c *anyConverter) PartIsolating() bool            { return true }
func (c *anyConverter) span() *span {
	if len(c.items) == 0 {
		return &span{kind: spanAny, items: []string{""}} // an empty alternation takes the empty text
	}
	return &span{kind: spanAny, items: c.items}
}

// Format does not percent-encode the item, like Werkzeug.
func (c *anyConverter) Format(value any) (string, error) {
	text, ok := value.(string)
	if ok && slices.Contains(c.items, text) {
		return text, nil
	}
	items := slices.Compact(slices.Sorted(slices.Values(c.items)))
	for i, item := range items {
		items[i] = "'" + item + "'"
	}
	return "", fmt.Errorf("'%s' is not one of %s", pythonStr(value), strings.Join(items, ", "))
}
