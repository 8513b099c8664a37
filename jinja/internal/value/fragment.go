package value

import (
	"bytes"
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/context"
	"github.com/dewar-go/dewar/markup"
)

// Contextual is implemented by a State that escapes outputs by the place where they
// stand. What is put into Markup is escaped there by its place in the Markup.
type Contextual interface{ Contextual() bool }

// A Fragment is Markup that is put together of texts and values. It begins between
// tags.
type Fragment struct {
	on     bool
	inside bool // a tag, a script or the like is open
	set    context.Set
	seen   int    // of the text so far
	before []byte // the end of that
	esc    context.Escaper
}

// NewFragment returns a fragment. Values are escaped as text wherever they stand unless
// outputs of st go by their place.
func NewFragment(st State) Fragment {
	c, ok := st.(Contextual)
	if !ok || !c.Contextual() {
		return Fragment{}
	}
	return Fragment{on: true, set: context.Of(context.Start(false))}
}

// behind is how many bytes before a value are looked at.
const behind = 64

// Begin says that the fragment begins behind text.
func (f *Fragment) Begin(text []byte) { f.saw(text) }

func (f *Fragment) saw(text []byte) {
	f.seen, f.before = len(text), text[max(0, len(text)-behind):]
}

// Escape returns the text of a value that is put behind text. It is followed by Wrote.
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
	if e.Kind() == context.EscTag && s != "" && !context.OpensTag(s[0]) { // a < before it is text
		f.set, f.inside = context.Of(context.Start(false)), false
		return string(markup.Escape(s)), nil
	}
	f.esc = e
	before := bytes.Clone(f.before)
	out, err := context.AppendAlone(before, e, s, kind)
	if err != nil {
		return context.Blocked, nil
	}
	return string(out[len(before):]), nil
}

// follow takes the fragment through the text behind what it has seen.
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

// Wrote says that a value has been put at the end of text.
func (f *Fragment) Wrote(text []byte) {
	if f.on {
		if f.inside {
			f.set.Printed(f.esc)
		}
		f.saw(text)
	}
}

// Append appends Markup as it is and what is none escaped for its place.
func (f *Fragment) Append(buf []byte, v Value) ([]byte, error) {
	if !f.on || v.IsSafe() {
		return AppendEscaped(buf, v)
	}
	s, err := f.Escape(buf, v)
	buf = append(buf, s...)
	f.Wrote(buf)
	return buf, err
}

// AddState is Add where st says how outputs are escaped.
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

// ReplaceState replaces old by a text that is no Markup in a text that is, by the place
// of each occurrence. ok is false where that is as everywhere else.
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
