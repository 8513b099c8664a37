package parse

import (
	"fmt"
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/lex"
)

func (p *Parser) parseFor() ast.Stmt {
	n := &ast.For{Pos: at(p.next())}
	n.Target = p.assignTarget(false)
	p.expectName("in")
	n.Iter = p.tuple(false)
	if p.skipName("if") {
		n.Test = p.expression(true)
	}
	n.Recursive = p.skipName("recursive")
	n.Body = p.statements("endfor", "else")
	if p.next().Text != "endfor" {
		n.Else = p.body("endfor")
	}
	return n
}

func (p *Parser) parseIf() ast.Stmt {
	first := &ast.If{Pos: at(p.next())}
	for n := first; ; {
		n.Test = p.tuple(false)
		n.Body = p.statements("elif", "else", "endif")
		switch p.next().Text {
		case "elif":
			n = &ast.If{Pos: at(p.cur)}
			first.Elif = append(first.Elif, n)
			continue
		case "else":
			first.Else = p.body("endif")
		}
		return first
	}
}

func (p *Parser) parseBlock() ast.Stmt {
	n := &ast.Block{Pos: at(p.next())}
	n.Name = p.expect(lex.Name).Text
	n.Scoped = p.skipName("scoped")
	n.Required = p.skipName("required")
	if p.cur.Kind == lex.Sub {
		p.fail("Block names in Jinja have to be valid Python identifiers and may not "+
			"contain hyphens, use an underscore instead.", p.cur)
	}
	n.Body = p.body("endblock")
	if n.Required && !blank(n.Body) {
		p.fail("Required blocks can only contain comments or whitespace", p.cur)
	}
	p.skipName(n.Name)
	return n
}

// blank reports whether body prints at most white space.
func blank(body []ast.Stmt) bool {
	for _, s := range body {
		out, ok := s.(*ast.Output)
		if !ok {
			return false
		}
		for _, e := range out.Nodes {
			if text, ok := e.(*ast.TemplateData); !ok || !lex.IsSpace(text.Data) {
				return false
			}
		}
	}
	return true
}

func (p *Parser) parsePrint() ast.Stmt {
	n := &ast.Output{Pos: at(p.next())}
	for p.cur.Kind != lex.BlockEnd {
		if len(n.Nodes) > 0 {
			p.expect(lex.Comma)
		}
		n.Nodes = append(n.Nodes, p.expression(true))
	}
	return n
}

func (p *Parser) parseMacro() ast.Stmt {
	n := &ast.Macro{Pos: at(p.next())}
	n.Name = p.targetName().Name
	n.Args, n.Defaults = p.signature()
	n.Body = p.body("endmacro")
	return n
}

func (p *Parser) parseCallBlock() ast.Stmt {
	tag := p.next()
	n := &ast.CallBlock{Pos: at(tag)}
	if p.cur.Kind == lex.LParen {
		n.Args, n.Defaults = p.signature()
	}
	call, ok := p.expression(true).(*ast.Call)
	if !ok {
		p.fail("expected call", tag)
	}
	n.Call = call
	n.Body = p.body("endcall")
	return n
}

// signature parses the parameters of a macro or a call block.
func (p *Parser) signature() (args []*ast.Name, defaults []ast.Expr) {
	p.expect(lex.LParen)
	for p.cur.Kind != lex.RParen {
		if len(args) > 0 {
			p.expect(lex.Comma)
		}
		arg := p.targetName()
		arg.Ctx = ast.Param
		if p.skip(lex.Assign) {
			defaults = append(defaults, p.expression(true))
		} else if len(defaults) > 0 {
			p.fail("non-default argument follows default argument", p.cur)
		}
		args = append(args, arg)
	}
	p.next()
	return args, defaults
}

func (p *Parser) parseFilterBlock() ast.Stmt {
	n := &ast.FilterBlock{Pos: at(p.next())}
	depth := p.depth
	n.Filter, _ = p.filters(p.filter(nil)).(*ast.Filter)
	p.depth = depth
	n.Body = p.body("endfilter")
	return n
}

func (p *Parser) parseSet() ast.Stmt {
	tag := p.next()
	target := p.assignTarget(true)
	if p.skip(lex.Assign) {
		return &ast.Assign{Pos: at(tag), Target: target, Node: p.tuple(true)}
	}
	n := &ast.AssignBlock{Pos: at(tag), Target: target}
	depth := p.depth
	n.Filter, _ = p.filters(nil).(*ast.Filter)
	p.depth = depth
	n.Body = p.body("endset")
	return n
}

func (p *Parser) parseWith() ast.Stmt {
	n := &ast.With{Pos: at(p.next())}
	for p.cur.Kind != lex.BlockEnd {
		if len(n.Targets) > 0 {
			p.expect(lex.Comma)
		}
		target := p.assignTarget(false)
		ast.SetCtx(target, ast.Param)
		n.Targets = append(n.Targets, target)
		p.expect(lex.Assign)
		n.Values = append(n.Values, p.expression(true))
	}
	n.Body = p.body("endwith")
	return n
}

func (p *Parser) parseAutoescape() ast.Stmt {
	pos := at(p.next())
	n := &ast.ScopedEvalContextModifier{Pos: pos}
	value := p.expression(true)
	n.Options = []*ast.Keyword{{Pos: pos, Key: "autoescape", Value: value}}
	n.Body = p.body("endautoescape")
	return &ast.Scope{Pos: pos, Body: []ast.Stmt{n}}
}

func (p *Parser) parseInclude() ast.Stmt {
	n := &ast.Include{Pos: at(p.next())}
	n.Template = p.expression(true)
	if p.cur.Is("ignore") && p.look().Is("missing") {
		n.IgnoreMissing = true
		p.next()
		p.next()
	}
	n.WithContext = p.importContext(true)
	return n
}

func (p *Parser) parseImport() ast.Stmt {
	n := &ast.Import{Pos: at(p.next())}
	n.Template = p.expression(true)
	p.expectName("as")
	n.Target = p.targetName().Name
	n.WithContext = p.importContext(false)
	return n
}

// importContext parses "with context" or "without context".
func (p *Parser) importContext(absent bool) bool {
	if (p.cur.Is("with") || p.cur.Is("without")) && p.look().Is("context") {
		with := p.next().Text == "with"
		p.next()
		return with
	}
	return absent
}

func (p *Parser) parseFrom() ast.Stmt {
	n := &ast.FromImport{Pos: at(p.next())}
	n.Template = p.expression(true)
	p.expectName("import")
	context := func() bool {
		if (p.cur.Is("with") || p.cur.Is("without")) && p.look().Is("context") {
			n.WithContext = p.importContext(false)
			return true
		}
		return false
	}
	for {
		if len(n.Names) > 0 {
			p.expect(lex.Comma)
		}
		if p.cur.Kind != lex.Name {
			p.expect(lex.Name)
		}
		if context() {
			return n
		}
		token := p.cur
		name := p.targetName().Name
		if strings.HasPrefix(name, "_") {
			p.raise("TemplateAssertionError", "names starting with an underline can not be imported",
				int(token.Line), int(token.Col))
		}
		as := name
		if p.skipName("as") {
			as = p.targetName().Name
		}
		n.Names = append(n.Names, ast.ImportName{Name: name, As: as})
		if context() || p.cur.Kind != lex.Comma {
			return n
		}
	}
}

// targetName parses a single name to assign to.
func (p *Parser) targetName() *ast.Name {
	t := p.expect(lex.Name)
	n := &ast.Name{Pos: at(t), Name: t.Text, Ctx: ast.Store}
	p.assignable(n)
	return n
}

// assignTarget parses the target of an assignment: a name or a tuple. namespaces allows attributes of names.
func (p *Parser) assignTarget(namespaces bool) ast.Expr {
	target := p.tupleOf(func() ast.Expr { return p.primary(namespaces) }, false)
	ast.SetCtx(target, ast.Store)
	p.assignable(target)
	return target
}

func (p *Parser) assignable(e ast.Expr) {
	if !ast.CanAssign(e) {
		p.raise("TemplateSyntaxError", fmt.Sprintf("can't assign to '%s'", strings.ToLower(ast.TypeName(e))),
			e.Line(), e.Column())
	}
}
