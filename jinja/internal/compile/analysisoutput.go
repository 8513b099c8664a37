package compile

import (
	"fmt"
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/context"
	"github.com/dewar-go/dewar/jinja/internal/value"
	"github.com/dewar-go/dewar/markup"
)

func (a *analysis) output(n *ast.Output) {
	if a.set.Len() == 0 {
		return
	}
	for i, child := range n.Nodes {
		if text, ok := child.(*ast.TemplateData); ok {
			if a.text(text); a.err != nil {
				return
			}
			continue
		}
		var next string
		if i+1 < len(n.Nodes) {
			if text, ok := n.Nodes[i+1].(*ast.TemplateData); ok {
				next = text.Data
			}
		}
		a.print(child, next)
		if a.err != nil {
			return
		}
	}
}

// text takes literal text.
func (a *analysis) text(n *ast.TemplateData) {
	if len(a.forms) > 0 && keepsToken(n.Data) {
		a.closeForms()
	}
	between := a.set.IsText()
	if between && a.ifs == 0 && len(a.loops) == 0 {
		a.types = nil // whatever way was taken, no script is open
	}
	if between && n.Data == a.c.neutral {
		return // templates repeat themselves
	}
	events := a.set.Advance(n.Data)
	if between && len(n.Data) > 64 && len(events) == 0 && a.set.IsText() {
		a.c.neutral = n.Data
	}
	if why := a.set.Lost(); why != "" {
		a.fail(n, "%s", why)
		return
	}
	if len(events) == 0 {
		if len(a.c.notes) > 0 {
			delete(a.c.notes, n)
		}
		return
	}
	p := &note{events: events}
	kept := p.events[:0]
	for _, e := range events {
		switch e.Kind {
		case context.Nonce:
			if a.c.env.Nonce == nil || a.off || e.Has {
				continue
			}
		case context.Form:
			if a.c.env.FormField == nil {
				continue
			}
			if a.off || keepsToken(formRest(n.Data[e.At:])) {
				e.Has = true
			}
			if !e.Has {
				a.forms = append(a.forms, &openForm{p, e.At})
			}
		case context.FormEnd:
			if a.forms = nil; a.c.env.FormField == nil {
				continue
			}
		case context.Slash, context.EmptyHost:
			if a.off {
				continue
			}
		case context.TagStart:
			if a.c.env.Nonce == nil && a.c.env.FormField == nil {
				continue
			}
		}
		kept = append(kept, e)
	}
	p.events = kept
	if len(kept) == 0 {
		delete(a.c.notes, n)
		return
	}
	a.c.notes[n] = p
}

// formRest is the text of a form up to its end.
func formRest(s string) string {
	if i := strings.Index(s, "</form"); i >= 0 {
		return s[:i]
	}
	return s
}

// keepsToken reports whether the text of a form keeps the token out of it: it writes
// its own, or a button in it sends the form to another site.
func keepsToken(s string) bool {
	if strings.Contains(s, "csrf") {
		return true
	}
	for {
		i := strings.Index(s, "formaction")
		if i < 0 {
			return false
		}
		s = s[i+len("formaction"):]
		if a, _, _ := context.NextAttr("a" + s); !context.OnSite(context.AttrText(a.Value)) {
			return true
		}
	}
}

// closeForms takes the token out of the open forms.
func (a *analysis) closeForms() {
	for _, f := range a.forms {
		for i := range f.n.events {
			if e := &f.n.events[i]; e.Kind == context.Form && e.At == f.at {
				e.Has = true
			}
		}
	}
	a.forms = nil
}

// print decides how an expression is printed.
func (a *analysis) print(n ast.Expr, next string) {
	if len(a.forms) > 0 && a.c.writesToken(n) {
		a.closeForms()
	}
	call, isCall := n.(*ast.Call)
	if a.in != nil && !isCall {
		a.inspectExpr(n)
	}
	if a.set.IsText() {
		if len(a.c.notes) > 0 {
			delete(a.c.notes, n)
		}
		if isCall {
			a.inspectCall(call, a.set, a.set, nil)
		}
		if !isCall && !a.off && mentionsTag(n) {
			a.literal(a.authorTexts(n, nil))
		}
		return
	}
	if a.off {
		e, _ := a.set.At(0).Escaper("")
		a.set.Printed(e | context.Raw)
		return
	}
	if texts := a.authorTexts(n, nil); len(texts) > 0 {
		delete(a.c.notes, n)
		a.literal(texts)
		return
	}
	start := a.set
	e, ok := a.escaper(n, next)
	if !ok {
		return
	}
	if a.c.env.Strict {
		for i := range a.set.Len() {
			if why := a.set.At(i).Untyped(); why != "" {
				a.fail(n, "an output cannot stand here, in %s: %s", a.set.At(i), why)
				return
			}
		}
	}
	if strings.HasPrefix(next, "=") && a.set.At(0).OpenName() {
		a.fail(n, "an output cannot stand here, in %s: it completes the name of an attribute; only names that begin with data- or aria- "+
			"may be completed: write the whole name as text, or in branches", a.set.At(0))
		return
	}
	p := &note{}
	switch {
	case safeSite(n):
		if e.Kind() == context.EscJSRegexp {
			a.fail(n, "the filter safe cannot be used in a regular expression")
			return
		}
		e |= context.Raw
	case e.Kind() == context.EscText:
		if isCall {
			break
		}
		delete(a.c.notes, n)
		a.set.Printed(e)
		return
	default:
		p.expr = withoutEscape(n)
	}
	switch e.Kind() {
	case context.EscURL, context.EscImage, context.EscResource:
		if !strings.HasPrefix(next, ":") {
			break
		}
		if e.Kind() == context.EscResource {
			e |= context.Local
		}
		e = context.EscURLScheme | e&(context.Bare|context.Single|context.Own|context.Local)
	}
	if e.Kind() == context.EscRefreshURL && isCall && isName(call.Node, "url_for") {
		e = e&^context.EscRefreshURL | context.EscURL // the app's own address, with its host or without
	}
	if (e.Is(context.Own) || e.Kind() == context.EscResource || e.Kind() == context.EscTyped) && (isCall && isName(call.Node, "url_for") || a.c.isSetting(n)) {
		e |= context.Trusted
	}
	if e.Kind() == context.EscNames {
		if x := a.c.xmlattrOf(n); x != nil {
			if p.fixed, ok = a.fixedAttributes(x); !ok {
				return
			}
		}
		tag := a.set
		p.tag = &tag
	}
	p.esc = e
	a.c.notes[n] = p
	if e.Kind() == context.EscType {
		a.types = append(a.types, p)
	}
	if !isCall || isName(call.Node, "url_for") {
		a.set.Printed(e)
		return
	}
	// It may be a macro, which is rendered for this very context.
	if isName(call.Node, "loop") && a.recursion(n, &start) {
		p.esc = e | context.Raw
	}
	end := start
	switch e.Kind() {
	case context.EscTag, context.EscTagDigit, context.EscTagPart:
		end.Printed(e | context.Raw) // the name is one that an output has written
	}
	end.Loosen()
	inTag, known := start.InTag(), false
	if inTag {
		end, known = a.attributesOf(call, start, end)
	}
	p.site, p.want = &start, &end
	a.set.Printed(e | context.Raw)
	if known {
		a.set = end
	} else if a.in != nil && !inTag {
		a.inspectCall(call, start, end, nil)
	}
}

// recursion reports whether loop(…) is the call of a recursive loop; it must
// stand in the context in which the loop does.
func (a *analysis) recursion(n ast.Expr, at *context.Set) bool {
	for i := len(a.loops) - 1; i >= 0; i-- {
		l := a.loops[i]
		if !l.recursive {
			continue
		}
		start, here := l.start, *at
		start.Loosen()
		here.Loosen()
		if !here.Within(&start) {
			a.fail(n, "the loop is called in %s; it can only be called in the context that it starts in, %s", at.At(0), l.start.At(0))
		}
		return true
	}
	return false
}

// literal takes one of several texts of the template's author.
func (a *analysis) literal(texts []string) {
	if len(texts) == 0 {
		return
	}
	start := a.set
	var out context.Set
	for _, t := range texts {
		a.set = start
		if a.set.Advance(t); t == "" {
			a.set.PrintedNothing()
		}
		out.Join(&a.set)
	}
	a.set = out
}

// mentionsTag reports whether an expression has a constant with a < in it.
func mentionsTag(n ast.Expr) (found bool) {
	switch n.(type) {
	case *ast.Name, *ast.Getattr:
		return false // nearly all
	}
	ast.Walk(n, func(n ast.Node) bool {
		if k, ok := n.(*ast.Const); ok {
			s, _ := k.Value.(string)
			found = found || strings.IndexByte(s, '<') >= 0
		}
		return !found
	})
	return found
}

// maxTexts bounds how many texts one output may be for the analysis.
const maxTexts = 6

// authorTexts lists what an output writes that is a constant or chooses between
// constants: {{ " " }}, {{ "true" if x else "false" }} and
// {{ loop.cycle("odd", "even") }}. That is the author's text, as if it stood outside of
// the braces, between {% if %} and {% else %}.
func (a *analysis) authorTexts(n ast.Expr, into []string) []string {
	if a.c.env.Finalize != nil {
		return nil
	}
	if v, ok := a.c.constant(n, &evalContext{autoescape: true}); ok {
		if s, ok := v.Str(); ok && (!v.IsSafe() || v.SafeKind() == markup.KindHTML) {
			if !v.IsSafe() {
				s = string(markup.Escape(s))
			}
			return append(into, s)
		}
		if v.Kind() == value.KindInt {
			s, _ := value.StrOf(v)
			return append(into, s)
		}
		return nil
	}
	switch n := n.(type) {
	case *ast.CondExpr:
		yes, ok := constText(n.Expr1)
		if !ok {
			return nil
		}
		no := ""
		if n.Expr2 != nil {
			if inner, isCond := n.Expr2.(*ast.CondExpr); isCond {
				rest := a.authorTexts(inner, nil)
				if len(rest) == 0 {
					return nil
				}
				return append(append(into, yes), rest...)
			}
			if no, ok = constText(n.Expr2); !ok {
				return nil
			}
		}
		return append(into, yes, no)
	case *ast.Call:
		attr, ok := n.Node.(*ast.Getattr)
		if !ok || attr.Attr != "cycle" || !isName(attr.Node, "loop") || len(n.Args) == 0 || len(n.Args) > maxTexts ||
			len(n.Kwargs) > 0 || n.DynArgs != nil || n.DynKwargs != nil {
			return nil
		}
		for _, arg := range n.Args {
			t, ok := constText(arg)
			if !ok {
				return nil
			}
			into = append(into, t)
		}
		return into
	}
	return nil
}

// constText is what printing a constant writes; the filter safe may be on it.
func constText(n ast.Expr) (string, bool) {
	if f, ok := n.(*ast.Filter); ok && f.Name == "safe" && len(f.Args)+len(f.Kwargs) == 0 {
		if k, ok := f.Node.(*ast.Const); ok {
			s, ok := k.Value.(string)
			return s, ok
		}
		return "", false
	}
	k, ok := n.(*ast.Const)
	if !ok {
		return "", false
	}
	switch v := k.Value.(type) {
	case string:
		return string(markup.Escape(v)), true
	case int64:
		return fmt.Sprint(v), true
	}
	return "", false
}

// safeSite reports whether the filter safe is the last thing that is done to
// the value of an output.
func safeSite(n ast.Expr) bool {
	switch n := n.(type) {
	case *ast.Filter:
		return n.Name == "safe"
	case *ast.MarkSafe:
		return true
	case *ast.CondExpr:
		safe := func(x ast.Expr) bool {
			if x == nil {
				return true
			}
			_, constant := constText(x)
			return constant || safeSite(x)
		}
		return safe(n.Expr1) && safe(n.Expr2)
	}
	return false
}

// withoutEscape drops the filters escape and forceescape behind tojson: the
// place escapes by itself.
func withoutEscape(n ast.Expr) ast.Expr {
	out := n
	for {
		f, ok := out.(*ast.Filter)
		if !ok {
			return nil
		}
		switch f.Name {
		case "e", "escape", "forceescape":
			out = f.Node
			continue
		case "tojson":
			if out != n {
				return out
			}
		}
		return nil
	}
}

// isSetting reports whether an expression reads a setting of the application,
// config.NAME or config['NAME'], where nothing in the template is named config.
func (c *compiler) isSetting(n ast.Expr) bool {
	var node ast.Expr
	switch n := n.(type) {
	case *ast.Concat: // behind it, the template's own text
		for _, x := range n.Nodes[1:] {
			if _, constant := constText(x); !constant {
				return false
			}
		}
		return c.isSetting(n.Nodes[0])
	case *ast.Getattr:
		node = n.Node
	case *ast.Getitem:
		if _, constant := n.Arg.(*ast.Const); constant {
			node = n.Node
		}
	}
	if node == nil || !isName(node, "config") || c.env.Sandboxed {
		return false
	}
	own := false
	ast.WalkBody(c.tree.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Name:
			own = own || n.Name == "config" && n.Ctx != ast.Load
		case *ast.Import:
			own = own || n.Target == "config"
		case *ast.FromImport:
			own = true // any name may be one of them
		}
		return !own
	})
	return !own
}

func isName(n ast.Expr, name string) bool {
	x, ok := n.(*ast.Name)
	return ok && x.Name == name
}

// writesToken reports whether an expression has to do with a form's token.
func (c *compiler) writesToken(n ast.Node) (found bool) {
	ast.Walk(n, func(x ast.Node) bool {
		switch x := x.(type) {
		case *ast.Name:
			if strings.Contains(x.Name, "csrf") {
				found = true
			} else if m := c.macroDefs()[x.Name]; m != nil {
				found = found || c.tokenMacro(m)
			}
		case *ast.Getattr:
			found = found || x.Attr == "hidden_tag" || strings.Contains(x.Attr, "csrf")
		case *ast.Const:
			s, _ := x.Value.(string)
			found = found || strings.Contains(s, "csrf")
		}
		return !found
	})
	return found
}

// macroDefs finds the macros of the template by name.
func (c *compiler) macroDefs() map[string]*ast.Macro {
	if c.macros == nil {
		c.macros = map[string]*ast.Macro{}
		ast.WalkBody(c.tree.Body, func(n ast.Node) bool {
			if m, ok := n.(*ast.Macro); ok {
				c.macros[m.Name] = m
			}
			_, isExpr := n.(ast.Expr)
			return !isExpr
		})
	}
	return c.macros
}

// tokenMacro reports whether a macro writes a token into the form of its caller.
func (c *compiler) tokenMacro(m *ast.Macro) bool { return mentionsToken(m.Body) }

// mentionsToken reports whether a body writes a form's token, or keeps it out.
func mentionsToken(body []ast.Stmt) (found bool) {
	ast.WalkBody(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Name:
			found = found || strings.Contains(n.Name, "csrf")
		case *ast.Getattr:
			found = found || n.Attr == "hidden_tag" || strings.Contains(n.Attr, "csrf")
		case *ast.TemplateData:
			found = found || keepsToken(n.Data)
		}
		return !found
	})
	return found
}
