package value

import (
	"bytes"
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/context"
	"github.com/dewar-go/dewar/markup"
)

// Contextual is implemented by a State that escapes outputs by their place in the document. Then values that are put
// into Markup are escaped by their place in the Markup.
type Contextual interface {
	Contextual() bool
	LinkSchemes() []string // that links may have besides the usual ones
}

// A Fragment escapes the values that are put into Markup, such as the arguments of a format. It begins between tags and
// follows the text that is built.
type Fragment struct {
	on     bool
	inside bool // the text ends within a tag, a script or the like
	set    context.Set
	seen   int    // length of the text that was followed
	before []byte // the end of that text
	esc    context.Escaper
	links  []string
}

// NewFragment returns a Fragment for st. Where outputs of st are not escaped by their place, values are escaped as text
// everywhere.
func NewFragment(st State) Fragment {
	c, ok := st.(Contextual)
	if !ok || !c.Contextual() {
		return Fragment{}
	}
	return Fragment{on: true, set: context.Of(context.Start(false)), links: c.LinkSchemes()}
}

// behind is how many bytes of the text before a value are looked at.
const behind = 64

// Begin starts the fragment after text.
func (f *Fragment) Begin(text []byte) { f.saw(text) }

func (f *Fragment) saw(text []byte) {
	f.seen, f.before = len(text), text[max(0, len(text)-behind):]
}

// Escape returns the escaped text of a value that will be appended to text. Call Wrote when that is done.
func (f *Fragment) Escape(text []byte, v Value) (string, error) {
	if f.follow(text); !f.inside || v.IsSafe() {
		x, err := Escape(v)
		return x.rawString(), err
	}
	if v.IsNumber() && v.Kind() != KindBool {
		return StrOf(v)
	}
	s, kind := "", v.SafeKind()
	if h, ok := v.HTML(); ok && !v.IsString() {
		s, kind = h, markup.KindHTML
	} else {
		var err error
		if s, err = StrOf(v); err != nil {
			return "", err
		}
	}
	e, ok := f.set.Output()
	if !ok {
		return context.Blocked, nil
	}
	if e.Kind() == context.EscTag && s != "" && !context.OpensTag(s[0]) { // a "<" that is already written would be text
		f.set, f.inside = context.Of(context.Start(false)), false
		return string(markup.Escape(s)), nil
	}
	f.esc = e
	switch {
	case e.Kind() == context.EscRCData && e.Is(context.BehindLT):
		return context.Blocked, nil // the < stays as it is
	case kind == markup.KindText && context.HasScheme(e, s, f.links):
		kind = markup.KindURL
	}
	before := bytes.Clone(f.before)
	out, err := context.AppendAlone(before, e, s, kind)
	if err != nil {
		return context.Blocked, nil
	}
	return string(out[len(before):]), nil
}

// follow moves the fragment to the end of text.
func (f *Fragment) follow(text []byte) {
	if !f.on || len(text) <= f.seen {
		return
	}
	more := text[f.seen:]
	f.saw(text)
	if !f.inside && bytes.IndexByte(more, '<') < 0 {
		return
	}
	f.set.Advance(string(more))
	f.inside = !f.set.IsText()
}

// Wrote moves the fragment behind a value that was appended to text.
func (f *Fragment) Wrote(text []byte) {
	if f.on {
		if f.inside {
			f.set.Printed(f.esc)
		}
		f.saw(text)
	}
}

// Append appends a value: Markup as it is, anything else escaped for its place.
func (f *Fragment) Append(buf []byte, v Value) ([]byte, error) {
	if !f.on || v.IsSafe() {
		return AppendEscaped(buf, v)
	}
	s, err := f.Escape(buf, v)
	buf = append(buf, s...)
	f.Wrote(buf)
	return buf, err
}

// AddState is Add for a template: it escapes as st says.
func AddState(st State, a, b Value) (Value, error) {
	if a.Kind() == KindMarkup && b.Kind() == KindString {
		if f := NewFragment(st); f.on {
			buf, err := f.Append([]byte(a.rawString()), b)
			if len(buf) > maxRepeat {
				return Value{}, NewError("MemoryError", "")
			}
			return Safe(string(buf)), err
		}
	}
	return Add(a, b)
}

// ReplaceState replaces old by v in s and escapes v for the place of each occurrence. limit is the greatest number of
// replacements, or negative. ok is false where places do not matter: v is Markup, s is none, or st does not escape by
// place.
func ReplaceState(st State, s Value, old string, v Value, limit int) (out Value, ok bool, err error) {
	text := s.rawString()
	f := NewFragment(st)
	if !f.on || !s.IsSafe() || v.IsSafe() || old == "" || strings.IndexByte(text, '<') < 0 {
		return s, false, nil
	}
	var buf []byte
	for n := 0; limit < 0 || n < limit; n++ {
		i := strings.Index(text, old)
		if i < 0 {
			break
		}
		buf = append(buf, text[:i]...)
		text = text[i+len(old):]
		before := len(buf)
		if buf, err = f.Append(buf, v); err == nil {
			err = st.Grow(len(buf) - before)
		}
		if err != nil {
			return s, true, err
		}
		if len(buf) > maxRepeat {
			return s, true, NewError("MemoryError", "")
		}
	}
	return Safe(string(append(buf, text...))), true, nil
}
