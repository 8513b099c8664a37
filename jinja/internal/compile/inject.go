package compile

import (
	"bytes"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/context"
	"github.com/dewar-go/dewar/markup"
)

// textEvent is a place in literal text where the engine does something: it
// stands among the printed expressions of an output.
type textEvent struct {
	*ast.TemplateData
	event context.Event
}

// textEvents splits a text at its events.
func (c *compiler) textEvents(n *ast.TemplateData, events []context.Event, items []outputItem, text string) ([]outputItem, string) {
	from := 0
	for _, e := range events {
		text += n.Data[from:e.At]
		from = e.At
		items = append(items, outputItem{c.intern(text), &textEvent{n, e}})
		text = ""
	}
	return items, text + n.Data[from:]
}

// printEvent does what belongs to a place between two texts.
func (c *compiler) printEvent(n *textEvent, pre, post string) stmt {
	t := c.tmpl
	runTime, has := n.event.RunTime, n.event.Has
	var act func(f *frame) error
	switch n.event.Kind {
	case context.Nonce:
		act = func(f *frame) error {
			if runTime && !f.takesNonce() {
				return nil
			}
			return f.writeNonce()
		}
	case context.Form:
		act = func(f *frame) error {
			takes := !runTime || f.takesToken()
			nested := f.rt.form // browsers leave out the start tag of a form in a form
			if f.rt.form = true; nested || has || !takes {
				return nil
			}
			return f.writeFormField()
		}
	case context.FormEnd:
		act = func(f *frame) error { f.rt.form = false; return nil }
	case context.TagStart:
		act = func(f *frame) error {
			rt := f.rt
			if elem, ok := context.NamedBehind(rt.out); ok { // not, if a branch has gone on with the tag
				rt.tag = openTag{at: rt.flushed + len(rt.out), elem: elem, open: true, vouched: true}
			}
			return nil
		}
	case context.BareEnd:
		act = (*frame).closeBare
	case context.Slash:
		act = func(f *frame) error { f.rt.out = context.BeforeSlash(f.rt.out); return nil }
	case context.EmptyHost:
		act = func(f *frame) error { f.rt.out = context.BehindHost(f.rt.out); return nil }
	}
	return func(f *frame) error {
		rt := f.rt
		rt.out = append(rt.out, pre...)
		if err := act(f); err != nil {
			return t.at(err, n)
		}
		rt.out = append(rt.out, post...)
		return t.at(rt.written(), n)
	}
}

// writeNonce puts the nonce into the start tag that ends here.
func (f *frame) writeNonce() error {
	if f.rt.env.OwnFiles && fromOwnPath(f.rt.out) {
		return nil
	}
	nonce, err := f.rt.env.Nonce(f)
	if err != nil || nonce == "" {
		return err
	}
	out := f.rt.out
	if n := len(out); n == 0 || out[n-1] != ' ' {
		out = append(out, ' ')
	}
	out = append(out, `nonce="`...)
	f.rt.out = append(markup.AppendEscape(out, nonce), '"')
	return nil
}

// maxLook is how far back the start of a tag is looked for, in bytes.
const maxLook = 1 << 10

// fromOwnPath reports whether the tag that ends out is of a file of the site itself: its address is a quoted path. When it
// is not sure it is none, and a nonce too many does no harm.
func fromOwnPath(out []byte) bool {
	tag := out[max(0, len(out)-maxLook):]
	tag = tag[max(0, bytes.LastIndexByte(tag, '<')):]
	for _, name := range [...]string{` href="`, ` src="`, ` href='`, ` src='`} {
		if _, v, ok := bytes.Cut(tag, []byte(name)); ok {
			return len(v) > 1 && v[0] == '/' && v[1] != '/' && v[1] != '\\'
		}
	}
	return false
}

// writeFormField puts the hidden field with the token behind the start tag of
// a form.
func (f *frame) writeFormField() error {
	field, err := f.rt.env.FormField(f)
	if err == nil {
		f.rt.out = append(f.rt.out, field...)
	}
	return err
}

// openTag is the start tag of a script, style, link or form that is being written.
type openTag struct {
	open    bool
	vouched bool // what nobody vouches for has not been written into what decides about a nonce
	elem    context.Elem
	at      int // where it goes on behind its name
}

// written returns what has been written of the tag that is open, and closes it.
func (rt *renderer) writtenTag() (t openTag, attrs string) {
	t = rt.tag
	rt.tag.open = false
	from := t.at - rt.flushed
	if !t.open || from < 0 || from > len(rt.out) {
		return openTag{}, ""
	}
	return t, string(rt.out[from:])
}

// takesNonce reports whether a nonce belongs into the tag that is open.
func (f *frame) takesNonce() bool {
	t, attrs := f.rt.writtenTag()
	return t.vouched && context.TakesNonce(t.elem, attrs)
}

// takesToken reports whether the form whose start tag has just been written posts to
// the site.
func (f *frame) takesToken() bool {
	t, attrs := f.rt.writtenTag()
	action, ok := context.TakesToken(t.elem, attrs)
	env := f.rt.env
	return t.open && ok && (context.OnSite(action) || env.SameSite != nil && env.SameSite(f, action))
}

// closeBare gives an unquoted value that is empty its quotes: what follows would
// be taken for the value otherwise (CVE-2023-29400).
func (f *frame) closeBare() error {
	n := len(f.rt.out)
	if n == 0 {
		return nil
	}
	switch f.rt.out[n-1] {
	case '=', ' ', '\t', '\n', '\f', '\r':
		f.rt.out = append(f.rt.out, `""`...)
	}
	return nil
}
