package compile

import (
	stdcontext "context"
	"io"
	"math"

	"github.com/dewar-go/dewar/jinja/internal/context"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// An expr computes a value, a stmt writes output. Both are closures over
// what is known at compile time.
type (
	expr func(f *frame) (value.Value, error)
	stmt func(f *frame) error
)

// A renderer is what one render owns: the output buffer, the limits, what
// the caller passed. Renderers are pooled.
type renderer struct {
	env     *Env
	out     []byte
	vals    []value.Value // outputs of a native template
	w       io.Writer     // where flush writes to; nil keeps the output in out
	flushed int           // bytes written to w
	capture int           // depth of captures, which keep flush from writing
	ctx     stdcontext.Context
	data    any
	globals func(name string) (any, bool)
	global  int // names that were asked beyond vars and uses of data, see Template.sharedModule
	vars    any // what the template was rendered with
	modules map[*Template]*Module
	depth   int
	work    int // accounted units of work, see Limits
	ticks   int // loop iterations since the context was looked at
	late    []lateError
	spilled []*Module // see spill.go
	folding bool      // it computes constants at compile time
	failed  error     // a failure inside State.Attr, which cannot return it
	free    []*frame
	leaf    *frame // of leaf macros
	ctxs    []*scopeContext
	pos     []value.Value // arguments of the running calls
	kws     []value.Kw
	pins    int // things that keep frames and contexts beyond their end
	mark    int // length of out from which it must be looked at
	tag     openTag
	form    bool // a form is open
}

// A frame is one activation of a unit: of a template's root, a block, a macro
// or a recursive loop.
type frame struct {
	rt         *renderer
	ctx        *scopeContext
	up         *frame // the activation of the enclosing unit
	unit       *unit
	vars       []value.Value
	loops      []*Loop   // loop objects by the index the compiler gave them
	assigned   []binding // names set inside loops and blocks, for functions that ask the context
	parent     *Template // set by extends
	autoescape bool
	escaped    bool // a macro refers to it: it must not be used again
}

// unit is a compiled function: code and what its frames need.
type unit struct {
	tmpl  *Template
	name  string // of a block or macro
	code  stmt
	slots int
	loops int

	// Of a template whose outputs go by their context.
	ctx      *unitContext                  // nil when it starts and ends between tags
	again    func(start context.Set) *unit // compiles it for another context
	origin   *unit                         // of one that was compiled so
	variants variants
}

// maxKeptBuffer bounds the buffer that is kept from one render for the next.
const maxKeptBuffer = 1 << 20

func (rt *renderer) enter(u *unit, ctx *scopeContext, up *frame) (*frame, error) {
	if rt.depth >= rt.env.Limits.recursion() {
		return nil, tooDeep()
	}
	rt.depth++
	return rt.take(u, ctx, up), nil
}

// take returns a frame for u.
func (rt *renderer) take(u *unit, ctx *scopeContext, up *frame) *frame {
	var f *frame
	if n := len(rt.free); n > 0 {
		f = rt.free[n-1]
		rt.free = rt.free[:n-1]
	} else {
		f = new(frame)
	}
	f.rt, f.ctx, f.up, f.unit = rt, ctx, up, u
	if cap(f.vars) < u.slots {
		f.vars = make([]value.Value, u.slots, u.slots+4)
	} else {
		f.vars = f.vars[:u.slots]
	}
	if len(f.loops) < u.loops {
		f.loops = append(f.loops, make([]*Loop, u.loops-len(f.loops))...)
	}
	return f
}

func (rt *renderer) leave(f *frame) {
	rt.depth--
	rt.give(f)
}

// give takes back a frame, unless something still refers to it.
func (rt *renderer) give(f *frame) {
	if f.escaped {
		return
	}
	clear(f.vars)
	f.ctx, f.up, f.unit, f.parent = nil, nil, nil, nil
	if len(f.assigned) > 0 {
		clear(f.assigned)
		f.assigned = f.assigned[:0]
	}
	rt.free = append(rt.free, f)
}

// escape keeps f, the frames around it and their contexts out of the pool.
func (f *frame) escape() {
	f.rt.pins++
	for ; f != nil && !f.escaped; f = f.up {
		f.escaped = true
	}
}

// begin starts a capture and returns where it starts.
func (rt *renderer) begin() int {
	rt.capture++
	if rt.env.Native {
		return len(rt.vals)
	}
	return len(rt.out)
}

// end ends a capture and returns what was written since start.
func (rt *renderer) end(start int) (value.Value, error) {
	rt.capture--
	if rt.env.Native {
		v, err := nativeConcat(rt.vals[start:])
		rt.vals = rt.vals[:start]
		return v, err
	}
	s := string(rt.out[start:])
	rt.out = rt.out[:start]
	return value.String(s), nil
}

// abandon drops a capture after an error.
func (rt *renderer) abandon(start int) {
	_ = rt.settle() // nobody reads what was captured
	rt.capture--
	if rt.env.Native {
		rt.vals = rt.vals[:start]
		return
	}
	rt.out = rt.out[:start]
}

// captured runs code and returns what it wrote.
func (f *frame) captured(code stmt) (value.Value, error) {
	start := f.rt.begin()
	err := code(f)
	if err == nil {
		err = f.rt.settle()
	}
	if err != nil {
		f.rt.abandon(start)
		return value.Value{}, err
	}
	return f.rt.end(start)
}

// slowTick is called every 1,024 iterations of loops.
func (rt *renderer) slowTick() error {
	if rt.ctx != nil {
		if err := stdcontext.Cause(rt.ctx); err != nil {
			return &value.Error{Class: "TemplateRuntimeError", Message: "the render was cancelled: " + err.Error(), Err: err}
		}
	}
	if m := rt.env.Limits.Iterations; m > 0 && rt.ticks > m {
		return value.NewError("TemplateRuntimeError", "the template runs more loop iterations than the environment allows")
	}
	return rt.checkOutput()
}

// setMark says when written has to look at the output.
func (rt *renderer) setMark() {
	rt.mark = math.MaxInt
	if rt.w != nil || rt.env.Limits.Output > 0 {
		rt.mark = flushSize
	}
}

func (rt *renderer) checkOutput() error {
	if m := rt.env.Limits.Output; m > 0 && rt.flushed+len(rt.out) > m {
		return value.NewError("TemplateRuntimeError", "the template writes more than the environment allows")
	}
	if rt.w != nil && rt.capture == 0 && len(rt.out) >= flushSize {
		return rt.flush(rt.behind())
	}
	rt.mark = len(rt.out) + flushSize
	return nil
}

const flushSize = 4 << 10

// maxTag bounds the start tag that is kept until its end is known.
const maxTag = 4 << 10

// behind returns how many bytes at the end of the output are looked at later: by
// escapers, and to find out what the start tag says that has begun.
func (rt *renderer) behind() int {
	n := context.Behind(rt.out)
	if rt.tag.open {
		if tag := rt.flushed + len(rt.out) - rt.tag.at; tag <= maxTag {
			n = max(n, tag)
		}
	}
	return n
}

// flush writes the output but for the last bytes, which the escapers of what follows
// look at.
func (rt *renderer) flush(keep int) error {
	all := rt.out[:len(rt.out)-keep]
	if len(all) == 0 {
		rt.mark = len(rt.out) + flushSize
		return nil
	}
	n, err := rt.w.Write(all)
	rt.flushed += n
	rt.out = append(rt.out[:0], rt.out[len(all):]...)
	rt.mark = keep + flushSize
	if err != nil {
		return &value.Error{Class: "OSError", Message: err.Error(), Err: err}
	}
	return nil
}
