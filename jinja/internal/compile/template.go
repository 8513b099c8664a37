package compile

import (
	"sync"
	"sync/atomic"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/context"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// Template is a compiled template.
type Template struct {
	env    *Env
	name   string
	source string
	root   *unit
	table  *blockTable
	order  []string // block names in the order of the source
	token  bool     // it writes the token of a form by itself

	// Of EscapeErrors: the source, the parent's name, the blocks, and the faults of
	// macros. tree is nil when nothing is escaped by its context.
	tree     *ast.Template
	extends  string
	own      []*ast.Block
	possible []possibleFault

	opener *Template // while this one is compiled: the template that asked for it

	autoescape bool // where the template starts
	compat     bool // outputs do not go by their context
	globals    map[string]value.Value
	module     atomic.Pointer[Module]
	UpToDate   func() bool // nil is always
}

// Name returns the name of the template, "" for a string.
func (t *Template) Name() string { return t.name }

// Source returns the source the template was compiled from.
func (t *Template) Source() string { return t.source }

// Env returns the environment of the template.
func (t *Template) Env() *Env { return t.env }

// Blocks returns the names of the template's own blocks in order.
func (t *Template) Blocks() []string { return t.order }

// SetGlobals sets names that this template sees besides the environment's. It
// must be called before the template is used.
func (t *Template) SetGlobals(globals map[string]value.Value) { t.globals = globals }

// blockTable maps the name of a block to its definitions, the most derived
// first. Tables are immutable; extending one by a parent is remembered.
type blockTable struct {
	blocks map[string][]*unit
	bigger sync.Map // *Template -> *blockTable
	count  atomic.Int32
}

// maxParents bounds how many parents a table remembers.
const maxParents = 64

// extend returns the table with the parent's blocks behind its own.
func (b *blockTable) extend(parent *Template) *blockTable {
	if t, ok := b.bigger.Load(parent); ok {
		return t.(*blockTable)
	}
	n := &blockTable{blocks: make(map[string][]*unit, len(b.blocks)+len(parent.table.blocks))}
	for name, units := range b.blocks {
		n.blocks[name] = units
	}
	for name, units := range parent.table.blocks {
		n.blocks[name] = append(n.blocks[name][:len(n.blocks[name]):len(n.blocks[name])], units[0])
	}
	if b.count.Add(1) > maxParents {
		return n // the parent changes all the time
	}
	t, _ := b.bigger.LoadOrStore(parent, n)
	return t.(*blockTable)
}

// renderRoot runs the template, and after it the parent that it extends.
func (t *Template) renderRoot(rt *renderer, ctx *scopeContext) error {
	for depth := rt.depth; ; depth++ {
		if depth >= rt.env.Limits.recursion() {
			return tooDeep()
		}
		if t.root.ctx != nil {
			return t.renderRootIn(rt, ctx, nil, nil)
		}
		parent, err := t.runRoot(rt, ctx, t.root)
		if err != nil || parent == nil {
			return err
		}
		t = parent
	}
}

func tooDeep() error { return value.NewError("RecursionError", "maximum recursion depth exceeded") }

// renderRootIn is renderRoot for a place that starts at site and goes on at want.
func (t *Template) renderRootIn(rt *renderer, ctx *scopeContext, site, want *context.Set) error {
	for depth := rt.depth; ; depth++ {
		if depth >= rt.env.Limits.recursion() {
			return tooDeep()
		}
		u := t.root.specialised(site)
		if u.ctx != nil && u.ctx.err != nil {
			e := *u.ctx.err
			return &e
		}
		parent, err := t.runRoot(rt, ctx, u)
		if err != nil {
			return err
		}
		if parent == nil {
			if t.root.again == nil {
				return nil
			}
			return u.fits(want)
		}
		t = parent
	}
}

func (t *Template) runRoot(rt *renderer, ctx *scopeContext, u *unit) (parent *Template, err error) {
	f, err := rt.enter(u, ctx, nil)
	if err != nil {
		return nil, err
	}
	f.autoescape = ctx.autoescape
	err = u.code(f)
	parent = f.parent
	rt.leave(f)
	return parent, err
}
