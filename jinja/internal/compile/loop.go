package compile

import (
	"slices"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// iteration walks over a value: by number where that is possible, else with
// an iterator; keep, if not nil, is the loop's filter.
type iteration struct {
	seq     value.Sequence
	list    *value.List // its length is looked at each time: a body may append
	it      value.Iterator
	dict    value.Value // a dict or view, whose size must not change
	i, size int
	indexed bool
	keep    func(v value.Value) (bool, error)
}

func (it *iteration) init(v value.Value) error {
	*it = iteration{}
	if v.Kind() == value.KindSlice {
		it.seq.Slice(v)
		it.indexed, it.size = true, it.seq.Len()
		return nil
	}
	if s, ok := value.Seq(v); ok && !v.IsUndefined() {
		it.seq, it.indexed, it.size = s, true, s.Len()
		switch v.Kind() {
		case value.KindList:
			it.list, _ = v.List()
		case value.KindDict, value.KindView, value.KindSet:
			it.dict = v
		}
		return nil
	}
	var err error
	it.it, err = value.Iterate(v)
	return err
}

func (it *iteration) next() (value.Value, bool, error) {
	for {
		v, ok, err := it.any()
		if it.keep == nil || !ok || err != nil {
			return v, ok, err
		}
		if ok, err = it.keep(v); err != nil {
			return value.Value{}, false, err
		} else if ok {
			return v, true, nil
		}
	}
}

func (it *iteration) any() (value.Value, bool, error) {
	if !it.indexed {
		return it.it.Next()
	}
	i := it.i
	if it.list != nil {
		items := it.list.Items()
		if i >= len(items) {
			return value.Value{}, false, nil
		}
		it.i++
		return items[i], true, nil
	}
	if i >= it.size {
		return value.Value{}, false, nil
	}
	if i > 0 && !value.Missing(it.dict) {
		if n, err := value.Len(it.dict); err == nil && n != it.size {
			return value.Value{}, false, value.NewError("RuntimeError", "dictionary changed size during iteration")
		}
	}
	it.i++
	return it.seq.At(i), true, nil
}

type loopCode struct {
	tmpl     *Template
	node     *ast.For
	iter     expr
	keep     func(f *frame) func(value.Value) (bool, error) // nil without a filter
	enter    stmt                                           // once
	set      store
	start    stmt // for each item, may be nil
	body     stmt
	leave    stmt
	other    stmt // nil without else
	extended bool
	loopSlot int
	index    int
	slot     int  // of the only target, -1 if it is a tuple
	leaks    bool // the loop object is used as a value
	items    bool // loop.previtem or loop.nextitem is used
}

// loopKey is where the object of a running loop is kept.
type loopKey struct {
	fn   *function
	slot int
}

// leak notes that the variable is used as a value: if it is a loop object, it
// may outlive the loop.
func (c *compiler) leak(fn *function, s slot) {
	key := keyOf(fn, s)
	if l := c.loops[key]; l != nil {
		l.leaks = true
	}
	if p := c.supers[key]; p != nil {
		p.leaks = true
	}
}

func keyOf(fn *function, s slot) loopKey {
	fn = fn.owner()
	for range s.hops {
		fn = fn.parent.owner()
	}
	return loopKey{fn, s.i}
}

func (c *compiler) forStmt(n *ast.For, fr *scopeFrame) stmt {
	in, test, other := fr.inner(), fr.inner(), fr.inner()
	in.loopFrame = true
	extended := n.Recursive || undeclared(n.Body, "loop")["loop"] ||
		contains([]ast.Stmt{n}, func(b *ast.Block) bool { return b.Scoped })

	code := &loopCode{tmpl: c.tmpl, node: n, extended: extended}
	outer := fr.fn
	if n.Recursive {
		in.fn = fr.innerFunction("loop")
		in.buffered, other.buffered = true, true
		other.fn = in.fn
	}
	in.inLoop = true
	if n.Recursive {
		in.pythonBlocks, other.pythonBlocks, other.inLoop = 0, 0, false
		in.function += ".<locals>.loop"
		other.function = in.function
	}
	c.pythonBlock(n, in)
	outerSpills := c.spills
	c.spills = c.spills && !n.Recursive
	left := func() {} // ends the time in which the name loop is this one
	defer func() { left() }()
	if extended {
		code.loopSlot = in.fn.declare(in.sym.param("loop"))
		code.leaks = n.Recursive
		key := loopKey{in.fn.owner(), code.loopSlot}
		outer := c.loops[key]
		c.loops[key] = code
		left = func() { c.loops[key] = outer }
		u := in.fn.owner().unit
		code.index = u.loops
		u.loops++
	}
	in.sym.analyzeFor(n, forBody)
	if len(n.Else) > 0 {
		other.sym.analyzeFor(n, forElse)
	}
	if n.Test != nil {
		test.sym.analyzeFor(n, forTest)
		code.keep = c.loopFilter(n, in, test, outer, n.Recursive)
	}
	ast.Walk(n, func(x ast.Node) bool {
		if name, ok := x.(*ast.Name); ok && name.Ctx == ast.Store && name.Name == "loop" {
			c.fail(name, "Can't assign to special loop variable in for-loop target")
		}
		return true
	})
	code.set = c.target(n.Target, in)
	if !n.Recursive {
		code.iter = c.expr(n.Iter, fr)
	}
	code.enter, code.start = c.enterLoop(in)
	code.slot = -1
	if name, ok := n.Target.(*ast.Name); ok {
		id, _ := in.sym.findRef(name.Name)
		code.slot = in.fn.declare(id)
	}
	code.body = orNothing(c.body(n.Body, in))
	if len(n.Else) > 0 {
		left()
		code.other = orNothing(sequence([]stmt{c.enterScope(other), c.body(n.Else, other), c.leaveScope(other)}))
	}
	if len(c.assigns) > 0 {
		last := len(c.assigns) - 1
		for l := in.sym; l != nil; l = l.base {
			for name := range l.stores {
				c.forget(last, name)
			}
		}
	}
	if n.Recursive {
		generator := c.spills
		c.spills = outerSpills
		return c.recursiveLoop(n, code, in, fr, generator)
	}
	code.leave = orNothing(c.leaveScope(in))
	if extended {
		return func(f *frame) error {
			v, err := code.iter(f)
			if err != nil {
				return code.tmpl.at(err, n)
			}
			return code.runExtended(f, v, nil, 0)
		}
	}
	return code.run
}

func (c *compiler) forget(i int, name string) {
	if c.assigns[i][name] {
		delete(c.assigns[i], name)
		c.assignOrder[i] = slices.DeleteFunc(c.assignOrder[i], func(n string) bool { return n == name })
	}
}

// enterLoop is enterScope for the body of a loop: names that are only read
// are looked up once, before the first item.
func (c *compiler) enterLoop(fr *scopeFrame) (once, each stmt) {
	var first []resolved
	var every []stmt
	for _, id := range fr.sym.order {
		ld := fr.sym.loads[id]
		if ld.kind == loadResolve && !fr.sym.stores[ld.name] {
			first = append(first, c.resolved(fr.fn.declare(id), ld.name))
			continue
		}
		only := &symbols{level: fr.sym.level, loads: fr.sym.loads, order: []ident{id}}
		if s := c.enterScope(&scopeFrame{fn: fr.fn, sym: only}); s != nil {
			every = append(every, s)
		}
	}
	return orNothing(resolveAll(first)), sequence(every)
}

// loopFilter compiles the if of a for. Its names are its own.
func (c *compiler) loopFilter(n *ast.For, in, test *scopeFrame, outer *function, recursive bool) func(*frame) func(value.Value) (bool, error) {
	fn := &function{parent: outer, slots: map[ident]int{}, inline: true}
	test.fn = fn
	enter := orNothing(c.enterScope(test))
	set := c.target(n.Target, &scopeFrame{fn: fn, sym: in.sym, ec: in.ec})
	ok := c.cond(n.Test, test)
	t := c.tmpl
	return func(f *frame) func(value.Value) (bool, error) {
		if recursive {
			f = f.up
		}
		entered := false
		return func(v value.Value) (bool, error) {
			if !entered {
				entered = true
				if err := enter(f); err != nil {
					return false, err
				}
			}
			err := set(f, v)
			if err == nil {
				var keep bool
				if keep, err = ok(f); err == nil {
					return keep, nil
				}
			}
			return false, t.at(err, n.Test)
		}
	}
}

// run executes a loop whose body does not use the loop object.
func (l *loopCode) run(f *frame) error {
	v, err := l.iter(f)
	if err != nil {
		return l.tmpl.at(err, l.node)
	}
	var it iteration
	if err := it.init(v); err != nil {
		return l.tmpl.at(err, l.node)
	}
	if l.keep != nil {
		it.keep = l.keep(f)
	}
	return l.each(f, &it, nil)
}

// each runs the body for each item, and the else when there is none. loop is the
// loop object whose iteration it is, nil for a body that does not use it.
func (l *loopCode) each(f *frame, it *iteration, loop *Loop) error {
	var self value.Value
	if loop != nil && l.leaks {
		self = value.Of(loop)
	}
	rt := f.rt
	entered, empty := false, true
	// Numbered items are taken without the detours of next, unless the loop object has to know the items too.
	if it.indexed && it.list == nil && it.keep == nil && value.Missing(it.dict) && (loop == nil || !l.leaks && !l.items) {
		if entered = it.size > 0; entered {
			err := l.enter(f)
			if err == nil {
				empty, err = l.numbered(f, it, loop)
			}
			if err != nil {
				return err
			}
		}
		return l.finish(f, entered, empty)
	}
	for {
		var item value.Value
		var ok bool
		var err error
		if loop == nil {
			item, ok, err = it.next()
		} else if ok, err = loop.advance(); ok {
			item = loop.current
		}
		if err != nil {
			return l.tmpl.at(err, l.node)
		}
		if !ok {
			break
		}
		if !entered {
			entered = true
			if err := l.enter(f); err != nil {
				return err
			}
		}
		if rt.ticks++; rt.ticks&1023 == 0 {
			if err := rt.slowTick(); err != nil {
				return l.tmpl.at(err, l.node)
			}
		}
		if loop != nil {
			f.vars[l.loopSlot] = self
		}
		if err := l.assign(f, item); err != nil {
			return err
		}
		if err := l.body(f); err == errBreak {
			break
		} else if err != nil && err != errContinue {
			return err
		} else if err == nil {
			empty = false
		}
	}
	return l.finish(f, entered, empty)
}

// numbered runs the body for each numbered item. empty reports that no round came to its end.
func (l *loopCode) numbered(f *frame, it *iteration, loop *Loop) (empty bool, err error) {
	rt, size := f.rt, it.size
	plain := l.slot >= 0 && l.start == nil
	empty = true
	for i := range size {
		item := it.seq.At(i)
		it.i = i + 1
		if loop != nil {
			loop.index0 = i
		}
		if rt.ticks++; rt.ticks&1023 == 0 {
			if err := rt.slowTick(); err != nil {
				return empty, l.tmpl.at(err, l.node)
			}
		}
		if plain && len(f.assigned) == 0 {
			f.vars[l.slot] = item
		} else if err := l.assign(f, item); err != nil {
			return empty, err
		}
		switch err := l.body(f); err {
		case nil:
			empty = false
		case errContinue:
		case errBreak:
			return empty, nil
		default:
			return empty, err
		}
	}
	return empty, nil
}

// finish ends a loop: it runs the else when no round came to its end.
func (l *loopCode) finish(f *frame, entered, empty bool) error {
	if entered && l.leave != nil {
		if err := l.leave(f); err != nil {
			return err
		}
	}
	if empty && l.other != nil {
		return l.other(f)
	}
	return nil
}

// assign starts an iteration: the target and the names of the body.
func (l *loopCode) assign(f *frame, v value.Value) error {
	if len(f.assigned) > 0 {
		f.assigned = f.assigned[:0]
	}
	if l.slot >= 0 {
		f.vars[l.slot] = v
	} else if err := l.set(f, v); err != nil {
		return l.tmpl.at(err, l.node)
	}
	if l.start != nil {
		return l.start(f)
	}
	return nil
}

// object returns a loop object: the one of the last run, unless somebody may
// still have it.
func (l *loopCode) object(f *frame) *Loop {
	if l.leaks {
		return new(Loop)
	}
	if loop := f.loops[l.index]; loop != nil {
		return loop
	}
	return new(Loop)
}

// runExtended executes a loop with a loop object.
func (l *loopCode) runExtended(f *frame, v value.Value, recurse func(value.Value, int) (value.Value, error), depth int) error {
	loop := l.object(f)
	*loop = Loop{env: f.rt.env, index0: -1, length: -1, depth0: depth, recurse: recurse, source: v}
	if err := loop.iter.init(v); err != nil {
		return l.tmpl.at(err, l.node)
	}
	if l.keep != nil {
		loop.iter.keep = l.keep(f)
	}
	f.loops[l.index] = loop
	err := l.each(f, &loop.iter, loop)
	if l.leaks {
		f.loops[l.index] = nil
	} else {
		*loop = Loop{}
	}
	return err
}

// recursiveLoop makes the loop a unit that calls itself.
func (c *compiler) recursiveLoop(n *ast.For, code *loopCode, in, fr *scopeFrame, generator bool) stmt {
	u := in.fn.unit
	volatile, autoescape := in.ec.volatile, in.ec.autoescape
	iter := c.expr(n.Iter, fr)
	t := c.tmpl
	var call func(up *frame, v value.Value, depth int) (value.Value, error)
	call = func(up *frame, v value.Value, depth int) (value.Value, error) {
		f, err := up.rt.enter(u, up.ctx, up)
		if err != nil {
			return value.Value{}, err
		}
		f.autoescape = up.autoescape
		f.escape() // the loop object keeps it
		out, err := f.captured(func(f *frame) error {
			return code.runExtended(f, v, func(v value.Value, depth int) (value.Value, error) { return call(up, v, depth) }, depth)
		})
		safe := volatile && f.autoescape || !volatile && autoescape
		up.rt.leave(f)
		if err != nil {
			return value.Value{}, err
		}
		if safe {
			return markSafe(out)
		}
		return out, nil
	}
	piece := 0
	if generator {
		piece = c.pieceOf(n)
	}
	return func(f *frame) error {
		v, err := iter(f)
		if err == nil {
			if generator {
				err = f.writePiece(value.NewGenerator(in.function, value.IteratorFunc(func() (value.Value, bool, error) { return value.None, false, nil })), t, n, piece)
			} else if v, err = call(f, v, 0); err == nil {
				err = f.writeRaw(v)
			}
		}
		return t.at(err, n)
	}
}
