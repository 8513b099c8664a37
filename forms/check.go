package forms

import (
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dewar-go/dewar/secure"
)

// A Check is a validator. Its error is shown to the user; make one with [Fail] or [Stop].
type Check interface {
	Check(form *Form, field *BoundField) error
}

// A CheckFunc is a Check of your own.
type CheckFunc func(form *Form, field *BoundField) error

// Check calls f.
func (f CheckFunc) Check(form *Form, field *BoundField) error { return f(form, field) }

// A Flagger is a Check that says something to templates and browsers: field.flags.required, maxlength="80".
type Flagger interface{ SetFlags(flags *Flags) }

// Flags are what the checks of a field say of it.
type Flags struct{ list []flag }

type flag struct {
	name  string
	value any
}

// Set sets a flag. Of several checks that set one the last wins.
func (f *Flags) Set(name string, value any) {
	for i := range f.list {
		if f.list[i].name == name {
			f.list[i].value = value
			return
		}
	}
	f.list = append(f.list, flag{name, value})
}

// Get returns a flag, nil when no check sets it.
func (f *Flags) Get(name string) any {
	for i := range f.list {
		if f.list[i].name == name {
			return f.list[i].value
		}
	}
	return nil
}

// add sets the flags of a check.
func (f *Flags) add(c Check) {
	set := func(on bool, name string, value any) {
		if on {
			f.Set(name, value)
		}
	}
	switch c := c.(type) {
	case Flagger:
		c.SetFlags(f)
	case Required, InputRequired, DataRequired, FileRequired:
		f.Set("required", true)
	case Optional:
		f.Set("optional", true)
	case ReadOnly:
		f.Set("readonly", true)
	case Disabled:
		f.Set("disabled", true)
	case Length:
		set(c.Min != 0, "minlength", c.Min)
		set(c.Max != 0, "maxlength", c.Max)
	case NumberRange:
		set(c.Min != nil, "min", c.Min)
		set(c.Max != nil, "max", c.Max)
	case DateRange:
		set(!c.Min.IsZero(), "min", c.Min)
		set(!c.Max.IsZero(), "max", c.Max)
	case Regexp:
		pattern, ok := c.pattern()
		set(ok, "pattern", pattern)
	case FileAllowed:
		f.Set("accept", strings.Join(c.dotted(), ","))
	}
}

// mistakeOf says what is wrong with the fields of a check.
func mistakeOf(c Check) string {
	switch c := c.(type) {
	case nil:
		return "it is nil"
	case Length:
		if c.Min < 0 || c.Max < 0 || c.Min == 0 && c.Max == 0 || c.Max != 0 && c.Min > c.Max {
			return fmt.Sprintf("Length{Min: %d, Max: %d}: at least one bound is needed, neither below zero, and Min at most Max", c.Min, c.Max)
		}
	case NumberRange:
		for _, bound := range []any{c.Min, c.Max} {
			if _, err := decimalOf(bound); bound != nil && err != nil {
				return fmt.Sprintf("NumberRange: %v is no number", bound)
			}
		}
	case EqualTo:
		if c.Field == "" {
			return "EqualTo: fieldname must be the name of a field"
		}
	case Regexp:
		if c.Regexp == nil {
			return "Regexp: the field Regexp is nil"
		}
	case FileAllowed:
		for _, ending := range c.dotted() {
			if !secure.KnownFileEnding(ending) {
				return fmt.Sprintf("FileAllowed: the content of files that end in %q cannot be checked", ending[1:])
			}
		}
	case Image:
		if c.MaxWidth < 0 || c.MaxHeight < 0 || (c.MaxWidth == 0) != (c.MaxHeight == 0) {
			return "Image: MaxWidth and MaxHeight belong together"
		}
	}
	return ""
}

// unless is the error of a check that does not hold. Its text is the check's own, or the translated one of WTForms, with
// values put in.
func (f *Form) unless(holds bool, code, own, text string, values ...any) error {
	if holds {
		return nil
	}
	if own == "" {
		own = f.gettext(text)
	}
	return Fail(code, expand(own, values...))
}

// rangeText picks the text of a range with both bounds, without an upper one, or without a lower one.
func rangeText(low, high bool, both, least, most string) string {
	switch {
	case !high:
		return least
	case !low:
		return most
	}
	return both
}

// Required checks that something other than white space was sent. Zero and false are something. It stands between
// WTForms' InputRequired, which takes white space, and DataRequired, which refuses zero. A file that is stored already,
// the form's From, is something too.
type Required struct{ Message string }

// Check implements [Check].
func (c Required) Check(form *Form, field *BoundField) error {
	sent := len(field.raw) > 0 && strings.TrimSpace(field.raw[0]) != ""
	switch {
	case field.isFile():
		sent = len(field.files) > 0 || field.object.IsValid()
	case field.kind == kindList:
		sent = len(field.entries) > 0
	}
	return required(form, sent, c.Message)
}

func required(form *Form, given bool, own string) error {
	if given {
		return nil
	}
	return &checkError{"required", cmp.Or(own, form.gettext("This field is required.")), true, true}
}

// InputRequired checks that something was sent.
type InputRequired struct{ Message string }

// Check implements [Check].
func (c InputRequired) Check(form *Form, field *BoundField) error {
	return required(form, len(field.raw) > 0 && field.raw[0] != "" || len(field.files) > 0, c.Message)
}

// DataRequired checks that the value is true in Python's sense: not zero, empty or white space.
type DataRequired struct{ Message string }

// Check implements [Check].
func (c DataRequired) Check(form *Form, field *BoundField) error {
	text, ok := field.text()
	return required(form, strings.TrimSpace(text) != "" || !ok && field.truth(), c.Message)
}

// truth is the value's truth in Python's sense.
func (f *BoundField) truth() bool {
	switch {
	case f.isFile():
		return len(f.files) > 0
	case f.kind == kindList:
		return len(f.entries) > 0
	case f.sub != nil:
		return true
	case f.null:
		return false
	case f.isTime():
		return true
	}
	if d, ok := f.value.Interface().(Decimal); ok {
		return d.sign() != 0
	}
	return !f.value.IsZero() && (f.value.Kind() != reflect.Slice || f.value.Len() > 0)
}

// Optional ends the checks of a field for which nothing was sent, without an error.
type Optional struct {
	// KeepSpace takes white space for something: WTForms' strip_whitespace=False.
	KeepSpace bool
}

// Check implements [Check].
func (c Optional) Check(_ *Form, field *BoundField) error {
	if len(field.files) == 0 && (len(field.raw) == 0 || field.raw[0] == "" || !c.KeepSpace && strings.TrimSpace(field.raw[0]) == "") {
		return &checkError{stop: true, clear: true}
	}
	return nil
}

// Length bounds the number of characters, or of the values of a list. The end of a line is one character, as browsers
// count it, though they send two.
type Length struct {
	Min, Max int // 0 is no bound
	Message  string
}

// Check implements [Check].
func (c Length) Check(form *Form, field *BoundField) error {
	n := field.length()
	if n >= c.Min && (c.Max == 0 || n <= c.Max) {
		return nil
	}
	text := c.Message
	switch {
	case text != "":
	case c.Max == 0:
		text = form.ngettext("Field must be at least %(min)d character long.", "Field must be at least %(min)d characters long.", c.Min)
	case c.Min == 0:
		text = form.ngettext("Field cannot be longer than %(max)d character.", "Field cannot be longer than %(max)d characters.", c.Max)
	case c.Min == c.Max:
		text = form.ngettext("Field must be exactly %(max)d character long.", "Field must be exactly %(max)d characters long.", c.Max)
	default:
		text = form.gettext("Field must be between %(min)d and %(max)d characters long.")
	}
	return Fail("length", expand(text, "min", c.Min, "max", c.Max, "length", n))
}

func (f *BoundField) length() int {
	if s, ok := f.text(); ok {
		return utf8.RuneCountInString(s) - strings.Count(s, "\r\n")
	}
	switch {
	case f.kind == kindList:
		return len(f.entries)
	case f.isFile():
		return len(f.files)
	case f.isNull():
		return 0
	case f.value.Kind() == reflect.Slice:
		return f.value.Len()
	}
	return utf8.RuneCountInString(f.valueText())
}

// NumberRange bounds a number. The bounds are numbers of any type, a [Decimal], or a text of one; nil is no bound.
type NumberRange struct {
	Min, Max any
	Message  string
}

// Check implements [Check].
func (c NumberRange) Check(form *Form, field *BoundField) error {
	if field.isWithin(c.Min, c.Max) {
		return nil
	}
	text := rangeText(c.Min != nil, c.Max != nil, "Number must be between %(min)s and %(max)s.",
		"Number must be at least %(min)s.", "Number must be at most %(max)s.")
	return form.unless(false, "number_range", c.Message, text, "min", c.Min, "max", c.Max)
}

// number returns the value as a number.
func (f *BoundField) number() (Decimal, bool) {
	if f.isNull() || f.isTime() {
		return Decimal{}, false
	}
	d, err := decimalOf(f.value.Interface())
	return d, err == nil
}

func (f *BoundField) isWithin(low, high any) bool {
	if v := f.value; v.IsValid() && v.CanInt() && !f.null { // without decimals for the usual bounds
		l, ok := low.(int)
		h, ok2 := high.(int)
		if (ok || low == nil) && (ok2 || high == nil) {
			return (low == nil || v.Int() >= int64(l)) && (high == nil || v.Int() <= int64(h))
		}
	}
	n, ok := f.number()
	for i, bound := range [2]any{low, high} {
		if ok && bound != nil {
			d, err := decimalOf(bound)
			ok = err == nil && n.Cmp(d) != 2*i-1
		}
	}
	return ok
}

func decimalOf(v any) (Decimal, error) {
	if d, ok := v.(Decimal); ok {
		return d, nil
	}
	if p := reflect.ValueOf(v); p.Kind() == reflect.Pointer && !p.IsNil() {
		return decimalOf(p.Elem().Interface())
	}
	return ParseDecimal(pythonText(v))
}

// DateRange bounds a date or time (WTForms 3.3). A zero bound is none.
type DateRange struct {
	Min, Max time.Time
	Message  string
}

// Check implements [Check].
func (c DateRange) Check(form *Form, field *BoundField) error {
	t, ok := field.time()
	if ok && (c.Min.IsZero() || !t.Before(c.Min)) && (c.Max.IsZero() || !t.After(c.Max)) {
		return nil
	}
	text := rangeText(!c.Min.IsZero(), !c.Max.IsZero(), "Date must be between %(min)s and %(max)s.",
		"Date must be at least %(min)s.", "Date must be at most %(max)s.")
	return form.unless(false, "date_range", c.Message, text, "min", field.plan.timeText(c.Min), "max", field.plan.timeText(c.Max))
}

func (f *BoundField) time() (time.Time, bool) {
	if f.isNull() {
		return time.Time{}, false
	}
	t, ok := reflect.Indirect(f.value).Interface().(time.Time)
	return t, ok
}

// EqualTo compares the value with that of another field of the form.
type EqualTo struct {
	Field   string
	Message string
}

// Check implements [Check].
func (c EqualTo) Check(form *Form, field *BoundField) error {
	other := form.find(c.Field)
	if other == nil {
		return Fail("equal_to", strings.Replace(form.gettext("Invalid field name '%s'."), "%s", c.Field, 1))
	}
	same := field.null == other.null && field.valueText() == other.valueText()
	return form.unless(same, "equal_to", c.Message, "Field must be equal to %(other_name)s.", "other_name", c.Field, "other_label", other.Label())
}

// Regexp checks the text by a regular expression of package regexp, at its beginning as Python's match does. Texts
// above 64 KiB fail unread.
type Regexp struct {
	Regexp  *regexp.Regexp
	Message string
}

// maxPattern is the length of a text that a pattern reads, in bytes.
const maxPattern = 64 << 10

// Check implements [Check].
func (c Regexp) Check(form *Form, field *BoundField) error {
	var at []int
	if text, _ := field.text(); len(text) <= maxPattern {
		at = c.Regexp.FindStringIndex(text)
	}
	return form.unless(at != nil && at[0] == 0, "regexp", c.Message, notValue)
}

// pattern is the expression for browsers, if it means the same to them: it is bound to both ends of the text and has
// nothing that JavaScript reads otherwise.
func (c Regexp) pattern() (string, bool) {
	inner, begins := strings.CutPrefix(c.Regexp.String(), "^")
	inner, ends := strings.CutSuffix(inner, "$")
	return inner, begins && ends && !strings.HasSuffix(inner, `\`) && !strings.Contains(inner, "|") && !unlikeJavaScript.MatchString(inner)
}

// unlikeJavaScript finds what a pattern of JavaScript with the flag v reads otherwise or refuses: groups with flags,
// classes by name, escapes beyond the usual, and inside of a class the signs that v reserves.
var unlikeJavaScript = regexp.MustCompile(`\(\?|\[\[|\\[^dwsbDWSB.*+?()\[\]{}^$|/\\-]|\[[^\]]*[(){}/|&!#%,:;<=>@~` + "`" + `][^\]]*\]`)

// AnyOf checks that the value is one of a list.
type AnyOf struct {
	Values  []any
	Message string
}

// Check implements [Check].
func (c AnyOf) Check(form *Form, field *BoundField) error {
	return form.unless(field.isOneOf(c.Values), "any_of", c.Message, "Invalid value, must be one of: %(values)s.", "values", c.Values)
}

// NoneOf checks that the value is none of a list.
type NoneOf struct {
	Values  []any
	Message string
}

// Check implements [Check].
func (c NoneOf) Check(form *Form, field *BoundField) error {
	return form.unless(!field.isOneOf(c.Values), "none_of", c.Message, "Invalid value, can't be any of: %(values)s.", "values", c.Values)
}

func (f *BoundField) isOneOf(values []any) bool {
	if n, ok := f.number(); ok && !f.isText {
		for _, v := range values {
			if _, text := v.(string); !text {
				if d, err := decimalOf(v); err == nil && d.Cmp(n) == 0 {
					return true
				}
			}
		}
		return false
	}
	for _, v := range values {
		if v == nil && f.null || v != nil && !f.null && pythonText(v) == f.valueText() {
			return true
		}
	}
	return false
}
