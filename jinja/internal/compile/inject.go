package compile

import (
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
		if e.Kind == context.FormEnd {
			continue
		}
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
	runTime := n.event.RunTime
	var act func(f *frame) error
	switch n.event.Kind {
	case context.Nonce:
		act = func(f *frame) error {
			if runTime && !f.rt.typed {
				return nil
			}
			return f.writeNonce()
		}
	case context.Form:
		act = func(f *frame) error {
			if runTime && !f.rt.ownAction {
				return nil
			}
			return f.writeFormField()
		}
	case context.ActionStart:
		act = func(f *frame) error {
			f.rt.action, f.rt.ownAction = f.rt.flushed+len(f.rt.out), false
			return nil
		}
	case context.ActionEnd:
		act = (*frame).lookAtAction
	case context.BareEnd:
		act = (*frame).closeBare
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

// writeFormField puts the hidden field with the token behind the start tag of
// a form.
func (f *frame) writeFormField() error {
	field, err := f.rt.env.FormField(f)
	if err == nil {
		f.rt.out = append(f.rt.out, field...)
	}
	return err
}

// lookAtAction finds out whether the action of a form, which ends here, is on
// the site.
func (f *frame) lookAtAction() error {
	rt := f.rt
	from := rt.action - rt.flushed
	rt.ownAction, rt.action = false, -1
	if from < 0 || from > len(rt.out) {
		return nil
	}
	url := string(rt.out[from:])
	rt.ownAction = context.SameSite(url) || rt.env.SameSite != nil && rt.env.SameSite(f, markup.Unescape(url))
	return nil
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
