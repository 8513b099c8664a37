package forms

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/jinja"
)

// An Error is one thing that is wrong with what was sent.
type Error struct {
	// Field is the full name of the field, "" for an error of the whole form.
	Field string
	// Code says what is wrong for a program, such as "required" or "length".
	Code string
	// Text says it to the user, in the request's language.
	Text string

	pointer string
}

// Error returns the text behind the field's name.
func (e Error) Error() string {
	if e.Field == "" {
		return "forms: " + e.Text
	}
	return "forms: " + e.Field + ": " + e.Text
}

// Pointer returns the field as a JSON pointer (RFC 6901) into the body: "/addr/street", "/items/0".
func (e Error) Pointer() string { return e.pointer }

// A checkError is what a [Check] returns.
type checkError struct {
	code, text string
	stop       bool // no later check runs
	clear      bool // the errors so far do not count
}

func (e *checkError) Error() string { return e.text }

// Fail returns an error for a [Check] or a method Validate: the code is for programs, the text for the user. WTForms:
// ValidationError.
func Fail(code, text string) error { return &checkError{code: code, text: text} }

// Stop is [Fail] after which no later check of the field runs. With an empty text there is no error. WTForms:
// StopValidation.
func Stop(code, text string) error { return &checkError{code: code, text: text, stop: true} }

// codeOf is the code of the error of a check or method.
func codeOf(err error) string {
	if e, ok := err.(*checkError); ok {
		return e.code
	}
	return "invalid"
}

// codeTexts are the texts of the codes of [Form.AddError] that come without one.
var codeTexts = map[string]string{
	"required": "This field is required.",
	"unique":   "This value is taken already.",
	"invalid":  notValue,
	"choice":   "Not a valid choice.",
	"csrf":     "The form was open for too long. Please send it again.",
}

func (f *Form) newError(field *BoundField, code, text string) Error {
	if text == "" {
		text = f.gettext(cmp.Or(codeTexts[code], notValue))
	}
	e := Error{Code: code, Text: text}
	if field != nil {
		e.Field, e.pointer = field.name, field.pointer()
	}
	return e
}

// expand puts values into a text: %(min)d becomes the value of min.
func expand(text string, values ...any) string {
	if !strings.Contains(text, "%") {
		return text
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "%")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		text = after
		if strings.HasPrefix(text, "%") {
			b.WriteByte('%')
			text = text[1:]
			continue
		}
		name, rest, ok := strings.Cut(strings.TrimPrefix(text, "("), ")")
		known := false
		if ok && strings.HasPrefix(text, "(") && rest != "" {
			for i := 0; i+1 < len(values); i += 2 {
				if values[i] == name {
					b.WriteString(pythonText(values[i+1]))
					text, known = rest[1:], true
				}
			}
		}
		if !known {
			b.WriteByte('%')
		}
	}
}

// pythonText is str() of a value.
func pythonText(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	case fmt.Stringer:
		return v.String()
	case []any: // the values of AnyOf
		list := make([]string, len(v))
		for i, x := range v {
			list[i] = pythonText(x)
		}
		return strings.Join(list, ", ")
	}
	text, err := jinja.Str(jinja.ValueOf(v))
	if err != nil {
		return fmt.Sprint(v)
	}
	return text
}

// gettext translates a text by the app's own translations, those of the tag trans: [dewar.Config.TemplateTranslations].
func (f *Form) gettext(text string) string {
	if f.c == nil || text == "" { // the message "" of a catalogue is its header
		return text
	}
	if translate := f.catalogue().Gettext; translate != nil {
		if t, err := translate(outsideTemplate{c: f.c}, text); err == nil {
			return t
		}
	}
	return text
}

func (f *Form) ngettext(one, many string, n int) string {
	if f.c != nil {
		if translate := f.catalogue().Ngettext; translate != nil {
			if t, err := translate(outsideTemplate{c: f.c}, one, many, jinja.Int(int64(n))); err == nil {
				return t
			}
		}
	}
	if n == 1 {
		return one
	}
	return many
}

func (f *Form) catalogue() *jinja.Translations {
	if f.translations == nil {
		t := f.c.App().Config().TemplateTranslations
		f.translations = &t
	}
	return f.translations
}

// outsideTemplate is the state that the functions of translations get while no template runs: it knows the request.
type outsideTemplate struct {
	jinja.State
	c *dewar.Context
}

// Data returns the request.
func (s outsideTemplate) Data() any { return s.c }

// Resolve finds no variable.
func (outsideTemplate) Resolve(string) (jinja.Value, bool) { return jinja.Value{}, false }

// Autoescape reports that nothing is escaped.
func (outsideTemplate) Autoescape() bool { return false }
