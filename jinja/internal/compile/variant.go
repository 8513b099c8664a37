package compile

import (
	"fmt"
	"sync"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/context"
)

// A unit is compiled for the context that it starts in. Nearly all start
// between tags; for another context a unit is compiled when something in that
// context first shows it, and kept.

// maxVariants bounds how many variants of a unit are kept.
const maxVariants = 64

// variants are the units that one was compiled to for other contexts.
type variants struct {
	mu   sync.Mutex
	list []*unit
}

// contextAt returns where the unit starts and ends when it starts at site, nil
// when both are between tags.
func (u *unit) contextAt(site *context.Set) *unitContext {
	v := u.specialised(site)
	if v == nil {
		return nil
	}
	return v.ctx
}

// startsAt reports whether the unit was compiled for site.
func (u *unit) startsAt(site *context.Set) bool {
	if u.ctx == nil {
		return site == nil || site.IsText()
	}
	if site == nil {
		return u.ctx.start.IsText()
	}
	return u.ctx.start == *site
}

// specialised returns the unit as it is compiled for site.
func (u *unit) specialised(site *context.Set) *unit {
	if u.origin != nil {
		u = u.origin
	}
	if u.startsAt(site) || u.again == nil {
		return u
	}
	start := context.Set{}
	if site == nil {
		start = context.Of(context.Start(false))
	} else {
		start = *site
	}
	u.variants.mu.Lock()
	defer u.variants.mu.Unlock()
	for _, v := range u.variants.list {
		if v.startsAt(&start) {
			return v
		}
	}
	v := u.again(start)
	v.origin = u
	if len(u.variants.list) < maxVariants {
		u.variants.list = append(u.variants.list, v)
	}
	return v
}

// in returns the unit for a place that starts at site and goes on at want, nil
// for between tags.
func (u *unit) in(site, want *context.Set) (*unit, error) {
	if u.again == nil && u.origin == nil {
		return u, nil // nothing is escaped in it
	}
	v := u.specialised(site)
	return v, v.fits(want)
}

// fits reports whether the unit can be shown where the text goes on at want.
func (u *unit) fits(want *context.Set) error {
	x := u.ctx
	if x == nil {
		if want == nil || want.Has(context.Start(false)) {
			return nil
		}
		text := context.Of(context.Start(false))
		return u.endsElsewhere(&text, want)
	}
	if x.err != nil {
		e := *x.err
		return &e
	}
	if x.end.Len() == 0 {
		return nil
	}
	if want == nil {
		if x.end.IsText() || u.name == "" && x.exact.EndsPage() {
			return nil
		}
		text := context.Of(context.Start(false))
		return u.endsElsewhere(&x.end, &text)
	}
	if !x.end.Within(want) {
		return u.endsElsewhere(&x.end, want)
	}
	if err := x.exact.Settled(); err != nil {
		return &Error{Class: "EscapeError", Message: err.Error()}
	}
	return nil
}

func (u *unit) endsElsewhere(end, want *context.Set) error {
	what := "the template " + displayName(u.tmpl.name)
	if u.name != "" {
		what = fmt.Sprintf("%q of %s", u.name, displayName(u.tmpl.name))
	}
	here, there := context.Differ(end.Outside(want), want.At(0))
	return &Error{Class: "EscapeError", Message: fmt.Sprintf("%s ends in %s, the place where it stands goes on in %s", what, here, there)}
}

// again compiles a unit for another context. An error of the compilation, which
// the first one would have had as well, makes a unit that fails.
func (c *compiler) again(compile func() *unit) (u *unit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	notes, alone, blockAt := c.notes, c.alone, c.blockAt
	c.notes, c.alone = map[ast.Node]*note{}, true
	c.blockAt = map[*ast.Block]*unitContext{} // the template's own stays as it is: EscapeErrors reads it
	defer func() {
		c.notes, c.alone, c.blockAt = notes, alone, blockAt
		if r := recover(); r != nil {
			fail, ok := r.(compileError)
			if !ok {
				panic(r)
			}
			e, _ := fail.err.(*Error)
			u = &unit{tmpl: c.tmpl, code: nothing, ctx: &unitContext{err: e}}
		}
	}()
	return compile()
}
