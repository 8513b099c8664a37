package compile

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// An escaper says how the value of an output is written.
type escaper uint8

const (
	escapeNone    escaper = iota // str(v)
	escapeHTML                   // markupsafe.escape(v)
	escapeRunTime                // either, by the autoescape flag at run time
)

// escaperFor decides how one output is written. It is the only place where
// this is decided.
func (c *compiler) escaperFor(_ ast.Expr, ec *evalContext) escaper {
	switch {
	case ec.volatile:
		return escapeRunTime
	case ec.autoescape:
		return escapeHTML
	}
	return escapeNone
}

// output compiles text and printed expressions.
func (c *compiler) output(n *ast.Output, fr *scopeFrame) stmt {
	if fr.requireOutputCheck && c.knownExtends {
		return nil
	}
	var list []stmt
	text := ""
	flush := func() {
		if text != "" {
			list = append(list, c.text(text))
			text = ""
		}
	}
	for i, child := range n.Nodes {
		if s, ok := c.outputConst(child, fr); ok {
			text += s
			continue
		}
		if s := c.fused(&text, child, n.Nodes[i+1:], fr); s != nil {
			list = append(list, s)
			continue
		}
		flush()
		list = append(list, c.print(child, fr))
	}
	flush()
	s := sequence(list)
	if s == nil || !fr.requireOutputCheck {
		return s
	}
	return func(f *frame) error {
		if f.parent != nil {
			return nil
		}
		return s(f)
	}
}

func (c *compiler) text(s string) stmt {
	if c.env.Native {
		v := value.String(s)
		return func(f *frame) error {
			f.rt.vals = append(f.rt.vals, v)
			return nil
		}
	}
	if c.env.Limits.Output > 0 || len(s) > flushSize {
		return func(f *frame) error {
			f.rt.out = append(f.rt.out, s...)
			return f.rt.checkOutput()
		}
	}
	return func(f *frame) error {
		f.rt.out = append(f.rt.out, s...)
		return nil
	}
}

// outputConst renders a constant at compile time.
func (c *compiler) outputConst(n ast.Expr, fr *scopeFrame) (string, bool) {
	if data, ok := n.(*ast.TemplateData); ok && !fr.ec.volatile {
		return data.Data, true
	}
	if data, ok := n.(*ast.TemplateData); ok && !c.env.Native {
		return data.Data, true // safe or plain, the text is the same
	}
	if c.env.Finalize != nil && !c.env.ConstFinalize {
		return "", false
	}
	v, ok := c.constant(n, fr.ec)
	if !ok {
		return "", false
	}
	if c.env.Native {
		if !safeRepr(v) {
			return "", false
		}
	} else if fr.ec.autoescape {
		var err error
		if v, err = value.Escape(v); err != nil {
			return "", false
		}
	}
	if c.env.Finalize != nil {
		r, err := c.env.Finalize(c.constState(fr.ec), value.Args{Pos: []value.Value{v}})
		if err != nil {
			return "", false
		}
		v = r
	}
	s, err := value.StrOf(v)
	if err != nil {
		return "", false
	}
	return s, true
}

// print compiles one printed expression.
func (c *compiler) print(n ast.Expr, fr *scopeFrame) stmt {
	if c.env.Native {
		return c.printNative(n, fr)
	}
	esc := c.escaperFor(n, fr.ec)
	if c.env.Finalize == nil {
		if call, ok := n.(*ast.Call); ok {
			if s := c.printCall(call, esc, fr); s != nil {
				return s
			}
		}
	}
	x := c.expr(n, fr)
	if fin := c.env.Finalize; fin != nil {
		inner := x
		x = func(f *frame) (value.Value, error) {
			v, err := inner(f)
			if err != nil {
				return v, err
			}
			return fin(f, value.Args{Pos: []value.Value{v}})
		}
	}
	t := c.tmpl
	switch esc {
	case escapeHTML:
		return func(f *frame) error {
			v, err := x(f)
			if err == nil {
				rt := f.rt
				if rt.out, err = value.AppendEscaped(rt.out, v); err == nil {
					return rt.written()
				}
			}
			return t.at(err, n)
		}
	case escapeNone:
		return func(f *frame) error {
			v, err := x(f)
			if err == nil {
				rt := f.rt
				if rt.out, err = value.AppendStr(rt.out, v); err == nil {
					return rt.written()
				}
			}
			return t.at(err, n)
		}
	}
	return func(f *frame) error {
		v, err := x(f)
		if err == nil {
			if err = f.write(v, esc); err == nil {
				return nil
			}
		}
		return t.at(err, n)
	}
}

// write appends a value as the escaper says.
func (f *frame) write(v value.Value, esc escaper) (err error) {
	rt := f.rt
	if esc == escapeHTML || esc == escapeRunTime && f.autoescape {
		rt.out, err = value.AppendEscaped(rt.out, v)
	} else {
		rt.out, err = value.AppendStr(rt.out, v)
	}
	if err != nil {
		return err
	}
	return rt.written()
}

// written is called after an output of unknown size.
func (rt *renderer) written() error {
	if len(rt.out) >= flushSize && (rt.w != nil || rt.env.Limits.Output > 0) {
		return rt.checkOutput()
	}
	return nil
}

// writeRaw appends what a call, a filter block or a recursive loop returned:
// Jinja does not escape these.
func (f *frame) writeRaw(v value.Value) (err error) {
	rt := f.rt
	if rt.env.Native {
		rt.vals = append(rt.vals, v)
		return nil
	}
	if rt.out, err = value.AppendStr(rt.out, v); err != nil {
		return err
	}
	return rt.written()
}

func (c *compiler) printNative(n ast.Expr, fr *scopeFrame) stmt {
	x := c.expr(n, fr)
	t := c.tmpl
	fin := c.env.Finalize
	return func(f *frame) error {
		v, err := x(f)
		if err == nil && fin != nil {
			v, err = fin(f, value.Args{Pos: []value.Value{v}})
		}
		if err != nil {
			return t.at(err, n)
		}
		f.rt.vals = append(f.rt.vals, v)
		return nil
	}
}

// fused is a single closure for text and the output behind it, where the
// output is one of the common forms. It returns nil where there is none.
func (c *compiler) fused(text *string, n ast.Expr, rest []ast.Expr, fr *scopeFrame) stmt {
	return nil
}
