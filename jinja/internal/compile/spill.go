package compile

import (
	"slices"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

// Jinja2 yields what an include without context shows from the Python function
// that holds it, even where the rest of the output is captured. In a filter
// block or an assignment block that makes it come before what is captured; a
// macro, call block or recursive loop becomes a generator, which nothing runs.
// Where outputs are escaped for the place that they stand in they stay there.

// spill keeps what an include without context shows for the end of the capture.
func (f *frame) spill(m *Module) {
	f.rt.spilled = append(f.rt.spilled, m)
}

// capturing compiles the body of a capture in the scope around it. spills is
// true if the output of the function comes out of it.
func (c *compiler) capturing(fr *scopeFrame, body func() stmt) (code stmt, spills bool) {
	was := c.spills
	c.spills = false
	code = body()
	inside := c.spills
	spills = inside && !fr.buffered
	c.spills = was || inside && !spills
	return code, spills
}

// function compiles the body of a function and reports whether it is a
// generator.
func (c *compiler) function(body func()) (generator bool) {
	was := c.spills
	c.spills = false
	body()
	generator = c.spills
	c.spills = was
	return generator
}

// capturedAfter is captured where the capture spills.
func (f *frame) capturedAfter(code stmt, spills bool) (value.Value, error) {
	v, err := f.captured(code)
	if !spills || err != nil {
		return v, err
	}
	for _, m := range f.rt.spilled {
		if err := f.writeModule(m); err != nil {
			return v, err
		}
	}
	f.rt.spilled = f.rt.spilled[:0]
	return v, nil
}

// pieces is what the module shows, for all that is known of it in one piece.
func (m *Module) pieces() []value.Value {
	if m.tmpl.env.Native {
		return m.native
	}
	return []value.Value{value.String(m.body)}
}

// generatorMacro is a macro that is a generator.
type generatorMacro struct{ *Macro }

// Call makes the generator.
func (m generatorMacro) Call(st value.State, a value.Args) (value.Value, error) {
	f, ok := st.(*frame)
	if !ok {
		return m.Macro.Call(st, a)
	}
	a = value.Args{Pos: slices.Clone(a.Pos), Kw: slices.Clone(a.Kw)}
	args, err := f.rt.enter(m.code.unit, m.frame.ctx, m.frame)
	if err != nil {
		return value.Value{}, err
	}
	err = m.code.assign(args, a)
	f.rt.leave(args)
	if err != nil {
		return value.Value{}, err
	}
	started := false
	var items []value.Value
	v := value.NewGenerator(m.code.qualified, value.IteratorFunc(func() (value.Value, bool, error) {
		if !started {
			started = true
			before, start := len(f.rt.spilled), f.rt.begin()
			err := m.render(f, a)
			f.rt.abandon(start)
			for _, shown := range f.rt.spilled[before:] {
				items = append(items, shown.pieces()...)
			}
			f.rt.spilled = f.rt.spilled[:before]
			if err != nil {
				return value.Value{}, false, err
			}
		}
		if len(items) == 0 {
			return value.Value{}, false, nil
		}
		item := items[0]
		items = items[1:]
		return item, true, nil
	}))
	if f.autoescape {
		return markSafe(v)
	}
	return v, nil
}
