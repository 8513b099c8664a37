package forms

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
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

// message is the text of a failed check: the check's own, or the translated text of WTForms, with values put in.
func message(form *Form, own, text string, values ...any) string {
	if own == "" {
		own = form.gettext(text)
	}
	return expand(own, values...)
}

// Required checks that something other than white space was sent. Zero and false are something. It stands between
// WTForms' InputRequired, which takes white space, and DataRequired, which refuses zero. A file that is stored already,
// the form's From, is something too.
type Required struct{ Message string }

// Check implements [Check].
func (c Required) Check(form *Form, field *BoundField) error {
	switch {
	case field.kind == kindFile, field.kind == kindFiles:
		if len(field.files) > 0 || field.object.IsValid() {
			return nil
		}
	case field.kind == kindList:
		if len(field.entries) > 0 {
			return nil
		}
	case len(field.raw) > 0 && strings.TrimSpace(field.raw[0]) != "":
		return nil
	}
	return required(form, c.Message)
}

// SetFlags implements [Flagger].
func (Required) SetFlags(flags *Flags) { flags.Set("required", true) }

func required(form *Form, own string) error {
	return &checkError{"required", message(form, own, "This field is required."), true, true}
}

// InputRequired checks that something was sent.
type InputRequired struct{ Message string }

// Check implements [Check].
func (c InputRequired) Check(form *Form, field *BoundField) error {
	if len(field.raw) > 0 && field.raw[0] != "" || len(field.files) > 0 {
		return nil
	}
	return required(form, c.Message)
}

// SetFlags implements [Flagger].
func (InputRequired) SetFlags(flags *Flags) { flags.Set("required", true) }

// DataRequired checks that the value is true in Python's sense: not zero, empty or white space.
type DataRequired struct{ Message string }

// Check implements [Check].
func (c DataRequired) Check(form *Form, field *BoundField) error {
	if s, ok := field.text(); ok && strings.TrimSpace(s) != "" || !ok && field.truth() {
		return nil
	}
	return required(form, c.Message)
}

// SetFlags implements [Flagger].
func (DataRequired) SetFlags(flags *Flags) { flags.Set("required", true) }

// truth is the value's truth in Python's sense.
func (f *BoundField) truth() bool {
	switch {
	case f.kind == kindFile || f.kind == kindFiles:
		return len(f.files) > 0
	case f.kind == kindList:
		return len(f.entries) > 0
	case f.sub != nil:
		return true
	case f.null:
		return false
	case f.kind == kindTime, f.kind == kindDate, f.kind == kindDateTime, f.kind == kindWeek:
		return true
	}
	switch v := f.value.Interface().(type) {
	case Decimal:
		return v.sign() != 0
	default:
		return !f.value.IsZero() && (f.value.Kind() != reflect.Slice || f.value.Len() > 0)
	}
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

// SetFlags implements [Flagger].
func (Optional) SetFlags(flags *Flags) { flags.Set("optional", true) }

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

// SetFlags implements [Flagger].
func (c Length) SetFlags(flags *Flags) {
	if c.Min != 0 {
		flags.Set("minlength", c.Min)
	}
	if c.Max != 0 {
		flags.Set("maxlength", c.Max)
	}
}

func (c Length) mistake() string {
	if c.Min < 0 || c.Max < 0 || c.Min == 0 && c.Max == 0 || c.Max != 0 && c.Min > c.Max {
		return fmt.Sprintf("Length{Min: %d, Max: %d}: at least one bound is needed, neither below zero, and Min at most Max", c.Min, c.Max)
	}
	return ""
}

func (f *BoundField) length() int {
	if s, ok := f.text(); ok {
		return utf8.RuneCountInString(s) - strings.Count(s, "\r\n")
	}
	switch {
	case f.kind == kindList:
		return len(f.entries)
	case f.kind == kindFile, f.kind == kindFiles:
		return len(f.files)
	case f.null || !f.value.IsValid():
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
	text := "Number must be between %(min)s and %(max)s."
	switch {
	case c.Max == nil:
		text = "Number must be at least %(min)s."
	case c.Min == nil:
		text = "Number must be at most %(max)s."
	}
	return Fail("number_range", message(form, c.Message, text, "min", c.Min, "max", c.Max))
}

// SetFlags implements [Flagger].
func (c NumberRange) SetFlags(flags *Flags) {
	if c.Min != nil {
		flags.Set("min", c.Min)
	}
	if c.Max != nil {
		flags.Set("max", c.Max)
	}
}

func (c NumberRange) mistake() string {
	for _, bound := range []any{c.Min, c.Max} {
		if _, err := decimalOf(bound); bound != nil && err != nil {
			return fmt.Sprintf("NumberRange: %v is no number", bound)
		}
	}
	return ""
}

// number returns the value as a number.
func (f *BoundField) number() (Decimal, bool) {
	if f.null || !f.value.IsValid() {
		return Decimal{}, false
	}
	switch v := f.value; {
	case v.CanFloat() && (math.IsNaN(v.Float()) || math.IsInf(v.Float(), 0)):
		return Decimal{}, false
	case v.Type() == timeType:
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
	text := "Date must be between %(min)s and %(max)s."
	switch {
	case c.Max.IsZero():
		text = "Date must be at least %(min)s."
	case c.Min.IsZero():
		text = "Date must be at most %(max)s."
	}
	return Fail("date_range", message(form, c.Message, text, "min", field.plan.timeText(c.Min), "max", field.plan.timeText(c.Max)))
}

// SetFlags implements [Flagger].
func (c DateRange) SetFlags(flags *Flags) {
	if !c.Min.IsZero() {
		flags.Set("min", c.Min)
	}
	if !c.Max.IsZero() {
		flags.Set("max", c.Max)
	}
}

func (f *BoundField) time() (time.Time, bool) {
	if f.null || !f.value.IsValid() {
		return time.Time{}, false
	}
	v := f.value
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	t, ok := v.Interface().(time.Time)
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
	if field.null == other.null && field.valueText() == other.valueText() {
		return nil
	}
	return Fail("equal_to", message(form, c.Message, "Field must be equal to %(other_name)s.", "other_name", c.Field, "other_label", other.Label()))
}

func (c EqualTo) mistake() string {
	if c.Field == "" {
		return "EqualTo: fieldname must be the name of a field"
	}
	return ""
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
	text, _ := field.text()
	if len(text) <= maxPattern {
		if at := c.Regexp.FindStringIndex(text); at != nil && at[0] == 0 {
			return nil
		}
	}
	return Fail("regexp", message(form, c.Message, "Invalid input."))
}

// SetFlags gives the browser a pattern that means the same to it: one that is bound to both ends of the text and has
// nothing that JavaScript reads otherwise.
func (c Regexp) SetFlags(flags *Flags) {
	pattern := c.Regexp.String()
	inner, begins := strings.CutPrefix(pattern, "^")
	inner, ends := strings.CutSuffix(inner, "$")
	if begins && ends && !strings.HasSuffix(inner, `\`) && !strings.ContainsAny(inner, "|") && !unlikeJavaScript.MatchString(inner) {
		flags.Set("pattern", inner)
	}
}

func (c Regexp) mistake() string {
	if c.Regexp == nil {
		return "Regexp: the field Regexp is nil"
	}
	return ""
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
	if field.isOneOf(c.Values) {
		return nil
	}
	return Fail("any_of", message(form, c.Message, "Invalid value, must be one of: %(values)s.", "values", joinValues(c.Values)))
}

// NoneOf checks that the value is none of a list.
type NoneOf struct {
	Values  []any
	Message string
}

// Check implements [Check].
func (c NoneOf) Check(form *Form, field *BoundField) error {
	if !field.isOneOf(c.Values) {
		return nil
	}
	return Fail("none_of", message(form, c.Message, "Invalid value, can't be any of: %(values)s.", "values", joinValues(c.Values)))
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

func joinValues(values []any) string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = pythonText(v)
	}
	return strings.Join(list, ", ")
}
