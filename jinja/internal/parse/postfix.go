package parse

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/lex"
)

// postfix parses attributes, subscripts and calls after e. The caller restores p.depth.
func (p *Parser) postfix(e ast.Expr) ast.Expr {
	for {
		switch p.cur.Kind {
		case lex.Dot, lex.LBracket:
			p.enter()
			e = p.subscript(e)
		case lex.LParen:
			p.enter()
			e = p.call(e)
		default:
			return e
		}
	}
}

// filterExpr parses filters, tests and calls after e.
func (p *Parser) filterExpr(e ast.Expr) ast.Expr {
	for {
		switch {
		case p.cur.Kind == lex.Pipe:
			e = p.filters(e)
		case p.cur.Is("is"):
			p.enter()
			e = p.test(e)
		case p.cur.Kind == lex.LParen:
			p.enter()
			e = p.call(e)
		default:
			return e
		}
	}
}

func (p *Parser) subscript(e ast.Expr) ast.Expr {
	t := p.next()
	pos := at(t)
	if t.Kind == lex.Dot {
		attr := p.next()
		switch attr.Kind {
		case lex.Name:
			return &ast.Getattr{Pos: pos, Node: e, Attr: attr.Text}
		case lex.Integer:
			return &ast.Getitem{Pos: pos, Node: e, Arg: &ast.Const{Pos: at(attr), Value: lex.ParseInt(attr.Text)}}
		}
		p.fail("expected name or number", attr)
	}
	var args []ast.Expr
	for p.cur.Kind != lex.RBracket {
		if len(args) > 0 {
			p.expect(lex.Comma)
		}
		args = append(args, p.subscribed())
	}
	p.next()
	if len(args) == 1 {
		return &ast.Getitem{Pos: pos, Node: e, Arg: args[0]}
	}
	return &ast.Getitem{Pos: pos, Node: e, Arg: &ast.Tuple{Pos: pos, Items: args}}
}

// subscribed parses an index or a slice.
func (p *Parser) subscribed() ast.Expr {
	n := &ast.Slice{Pos: at(p.cur)}
	if p.cur.Kind != lex.Colon {
		n.Start = p.expression(true)
		if p.cur.Kind != lex.Colon {
			return n.Start
		}
	}
	p.next()
	end := func() bool { return p.cur.Kind == lex.RBracket || p.cur.Kind == lex.Comma }
	if p.cur.Kind != lex.Colon && !end() {
		n.Stop = p.expression(true)
	}
	if p.skip(lex.Colon) && !end() {
		n.Step = p.expression(true)
	}
	return n
}

// arguments are the arguments of a call, a filter or a test.
type arguments struct {
	args               []ast.Expr
	kwargs             []*ast.Keyword
	dynArgs, dynKwargs ast.Expr
}

// callArgs parses arguments in parentheses.
func (p *Parser) callArgs() (a arguments) {
	open := p.expect(lex.LParen)
	ensure := func(ok bool) {
		if !ok {
			p.fail("invalid syntax for function call expression", open)
		}
	}
	for first := true; p.cur.Kind != lex.RParen; first = false {
		if !first {
			p.expect(lex.Comma)
			if p.cur.Kind == lex.RParen {
				break
			}
		}
		switch {
		case p.cur.Kind == lex.Mul:
			ensure(a.dynArgs == nil && a.dynKwargs == nil)
			p.next()
			a.dynArgs = p.expression(true)
		case p.cur.Kind == lex.Pow:
			ensure(a.dynKwargs == nil)
			p.next()
			a.dynKwargs = p.expression(true)
		case p.cur.Kind == lex.Name && p.look().Kind == lex.Assign:
			ensure(a.dynKwargs == nil)
			key := p.next().Text
			p.next()
			value := p.expression(true)
			pos := ast.Pos{Lineno: int32(value.Line()), Col: int32(value.Column())}
			a.kwargs = append(a.kwargs, &ast.Keyword{Pos: pos, Key: key, Value: value})
		default:
			ensure(a.dynArgs == nil && a.dynKwargs == nil && len(a.kwargs) == 0)
			a.args = append(a.args, p.expression(true))
		}
	}
	p.next()
	return a
}

func (p *Parser) call(e ast.Expr) ast.Expr {
	pos := at(p.cur)
	a := p.callArgs()
	return &ast.Call{
		Pos: pos, Node: e,
		Args: a.args, Kwargs: a.kwargs, DynArgs: a.dynArgs, DynKwargs: a.dynKwargs,
	}
}

// filters parses any number of filters after e. For a filter block e is nil.
func (p *Parser) filters(e ast.Expr) ast.Expr {
	for p.cur.Kind == lex.Pipe {
		p.enter()
		p.next()
		e = p.filter(e)
	}
	return e
}

// filter parses one filter after its pipe.
func (p *Parser) filter(e ast.Expr) ast.Expr {
	t := p.cur
	n := &ast.Filter{Pos: at(t), Node: e, Name: p.dottedName()}
	if p.cur.Kind == lex.LParen {
		a := p.callArgs()
		n.Args, n.Kwargs, n.DynArgs, n.DynKwargs = a.args, a.kwargs, a.dynArgs, a.dynKwargs
	}
	return n
}

// dottedName parses the name of a filter or test.
func (p *Parser) dottedName() string {
	name := p.expect(lex.Name).Text
	for p.skip(lex.Dot) {
		name += "." + p.expect(lex.Name).Text
	}
	return name
}

func (p *Parser) test(e ast.Expr) ast.Expr {
	pos := at(p.next())
	negated := p.skipName("not")
	n := &ast.Test{Pos: pos, Node: e, Name: p.dottedName()}
	switch p.cur.Kind {
	case lex.LParen:
		a := p.callArgs()
		n.Args, n.Kwargs, n.DynArgs, n.DynKwargs = a.args, a.kwargs, a.dynArgs, a.dynKwargs
	case lex.Name, lex.String, lex.Integer, lex.Float, lex.LBracket, lex.LBrace:
		if p.cur.Is("else") || p.cur.Is("or") || p.cur.Is("and") {
			break
		}
		if p.cur.Is("is") {
			p.fail("You cannot chain multiple tests with is", p.cur)
		}
		n.Args = []ast.Expr{p.postfix(p.primary(false))}
	}
	if negated {
		return &ast.Not{UnaryExpr: ast.UnaryExpr{Pos: pos, Node: n}}
	}
	return n
}
