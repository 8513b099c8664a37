package parse

import (
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/lex"
)

// expression parses an expression. cond allows a conditional expression.
func (p *Parser) expression(cond bool) ast.Expr {
	depth := p.depth
	p.enter()
	var e ast.Expr
	if cond {
		e = p.condExpr()
	} else {
		e = p.or()
	}
	p.depth = depth
	return e
}

func (p *Parser) condExpr() ast.Expr {
	pos := at(p.cur)
	e := p.or()
	depth := p.depth
	for p.cur.Is("if") {
		p.enter()
		p.next()
		n := &ast.CondExpr{Pos: pos, Expr1: e}
		n.Test = p.or()
		if p.skipName("else") {
			n.Expr2 = p.condExpr()
		}
		e, pos = n, at(p.cur)
	}
	p.depth = depth
	return e
}

// binary parses operands between operators of one rank, from the left. make returns the node of the operator that is
// current, nil when none of them is.
func (p *Parser) binary(operand func() ast.Expr, make func(op lex.Token, b ast.BinExpr) ast.Expr) ast.Expr {
	pos := at(p.cur)
	left := operand()
	depth := p.depth
	for make(p.cur, ast.BinExpr{}) != nil {
		p.enter()
		op := p.next()
		left = make(op, ast.BinExpr{Pos: pos, Left: left, Right: operand()})
		pos = at(p.cur)
	}
	p.depth = depth
	return left
}

func (p *Parser) or() ast.Expr {
	return p.binary(p.and, func(op lex.Token, b ast.BinExpr) ast.Expr {
		if op.Is("or") {
			return &ast.Or{BinExpr: b}
		}
		return nil
	})
}

func (p *Parser) and() ast.Expr {
	return p.binary(p.not, func(op lex.Token, b ast.BinExpr) ast.Expr {
		if op.Is("and") {
			return &ast.And{BinExpr: b}
		}
		return nil
	})
}

func (p *Parser) not() ast.Expr {
	if !p.cur.Is("not") {
		return p.compare()
	}
	depth := p.depth
	p.enter()
	pos := at(p.next())
	n := &ast.Not{UnaryExpr: ast.UnaryExpr{Pos: pos, Node: p.not()}}
	p.depth = depth
	return n
}

func (p *Parser) compare() ast.Expr {
	pos := at(p.cur)
	e := p.sum()
	var ops []*ast.Operand
	for {
		here := at(p.cur)
		op := ""
		switch p.cur.Kind {
		case lex.Eq, lex.Ne, lex.Lt, lex.LtEq, lex.Gt, lex.GtEq:
			op = p.next().Kind.String()
		case lex.Name:
			if p.cur.Text == "in" {
				op = "in"
				p.next()
			} else if p.cur.Text == "not" && p.look().Is("in") {
				op = "notin"
				p.next()
				p.next()
			}
		}
		if op == "" {
			break
		}
		ops = append(ops, &ast.Operand{Pos: here, Op: op, Expr: p.sum()})
		pos = at(p.cur)
	}
	if ops == nil {
		return e
	}
	return &ast.Compare{Pos: pos, Expr: e, Ops: ops}
}

func (p *Parser) sum() ast.Expr {
	return p.binary(p.concat, func(op lex.Token, b ast.BinExpr) ast.Expr {
		switch op.Kind {
		case lex.Add:
			return &ast.Add{BinExpr: b}
		case lex.Sub:
			return &ast.Sub{BinExpr: b}
		}
		return nil
	})
}

func (p *Parser) concat() ast.Expr {
	pos := at(p.cur)
	first := p.product()
	if p.cur.Kind != lex.Tilde {
		return first
	}
	nodes := []ast.Expr{first}
	for p.skip(lex.Tilde) {
		nodes = append(nodes, p.product())
	}
	return &ast.Concat{Pos: pos, Nodes: nodes}
}

func (p *Parser) product() ast.Expr {
	return p.binary(p.pow, func(op lex.Token, b ast.BinExpr) ast.Expr {
		switch op.Kind {
		case lex.Mul:
			return &ast.Mul{BinExpr: b}
		case lex.Div:
			return &ast.Div{BinExpr: b}
		case lex.FloorDiv:
			return &ast.FloorDiv{BinExpr: b}
		case lex.Mod:
			return &ast.Mod{BinExpr: b}
		}
		return nil
	})
}

func (p *Parser) pow() ast.Expr {
	return p.binary(func() ast.Expr { return p.unary(true) }, func(op lex.Token, b ast.BinExpr) ast.Expr {
		if op.Kind == lex.Pow {
			return &ast.Pow{BinExpr: b}
		}
		return nil
	})
}

func (p *Parser) unary(filters bool) ast.Expr {
	depth := p.depth
	pos := at(p.cur)
	var e ast.Expr
	switch p.cur.Kind {
	case lex.Sub:
		p.enter()
		p.next()
		e = &ast.Neg{UnaryExpr: ast.UnaryExpr{Pos: pos, Node: p.unary(false)}}
	case lex.Add:
		p.enter()
		p.next()
		e = &ast.Plus{UnaryExpr: ast.UnaryExpr{Pos: pos, Node: p.unary(false)}}
	default:
		e = p.primary(false)
	}
	e = p.postfix(e)
	if filters {
		e = p.filterExpr(e)
	}
	p.depth = depth
	return e
}

// primary parses a name, a literal or an expression in parentheses. namespaces allows an attribute of a name.
func (p *Parser) primary(namespaces bool) ast.Expr {
	t := p.cur
	pos := at(t)
	switch t.Kind {
	case lex.Name:
		p.next()
		switch t.Text {
		case "true", "True":
			return &ast.Const{Pos: pos, Value: true}
		case "false", "False":
			return &ast.Const{Pos: pos, Value: false}
		case "none", "None":
			return &ast.Const{Pos: pos}
		}
		if namespaces && p.skip(lex.Dot) {
			return &ast.NSRef{Pos: pos, Name: t.Text, Attr: p.expect(lex.Name).Text}
		}
		return &ast.Name{Pos: pos, Name: t.Text}
	case lex.String:
		p.next()
		text := t.Text
		if p.cur.Kind == lex.String {
			parts := []string{text}
			for p.cur.Kind == lex.String {
				parts = append(parts, p.next().Text)
			}
			text = strings.Join(parts, "")
		}
		return &ast.Const{Pos: pos, Value: text}
	case lex.Integer:
		p.next()
		return &ast.Const{Pos: pos, Value: lex.ParseInt(t.Text)}
	case lex.Float:
		p.next()
		return &ast.Const{Pos: pos, Value: lex.ParseFloat(t.Text)}
	case lex.LParen:
		p.next()
		depth := p.depth
		p.enter()
		e := p.tupleOf(func() ast.Expr { return p.expression(true) }, true)
		p.depth = depth
		p.expect(lex.RParen)
		return e
	case lex.LBracket:
		return p.list()
	case lex.LBrace:
		return p.dict()
	}
	p.fail("unexpected "+lex.Repr(t.Describe()), t)
	return nil
}

// tuple parses an expression, or several with commas between them.
func (p *Parser) tuple(cond bool) ast.Expr {
	if !p.atTupleEnd() {
		e := p.expression(cond)
		if p.cur.Kind != lex.Comma {
			return e
		}
		return p.tupleRest(e, func() ast.Expr { return p.expression(cond) })
	}
	return p.tupleOf(func() ast.Expr { return p.expression(cond) }, false)
}

// tupleOf parses a tuple whose items are parsed by item. An empty tuple is allowed only within parentheses.
func (p *Parser) tupleOf(item func() ast.Expr, parentheses bool) ast.Expr {
	pos := at(p.cur)
	if p.atTupleEnd() {
		if !parentheses {
			p.fail("Expected an expression, got "+lex.Repr(p.cur.Describe()), p.cur)
		}
		return &ast.Tuple{Pos: pos}
	}
	e := item()
	if p.cur.Kind != lex.Comma {
		return e
	}
	return p.tupleRest(e, item)
}

// tupleRest parses the items after the first, whose comma is current.
func (p *Parser) tupleRest(first ast.Expr, item func() ast.Expr) ast.Expr {
	items := []ast.Expr{first}
	pos := at(p.cur)
	for p.cur.Kind == lex.Comma {
		pos = at(p.cur)
		p.next()
		if p.atTupleEnd() {
			break
		}
		items = append(items, item())
	}
	return &ast.Tuple{Pos: pos, Items: items}
}

func (p *Parser) atTupleEnd() bool {
	switch p.cur.Kind {
	case lex.VariableEnd, lex.BlockEnd, lex.RParen:
		return true
	}
	return false
}

func (p *Parser) list() ast.Expr {
	n := &ast.List{Pos: at(p.next())}
	for p.cur.Kind != lex.RBracket {
		if len(n.Items) > 0 {
			p.expect(lex.Comma)
		}
		if p.cur.Kind == lex.RBracket {
			break
		}
		n.Items = append(n.Items, p.expression(true))
	}
	p.next()
	return n
}

func (p *Parser) dict() ast.Expr {
	n := &ast.Dict{Pos: at(p.next())}
	for p.cur.Kind != lex.RBrace {
		if len(n.Items) > 0 {
			p.expect(lex.Comma)
		}
		if p.cur.Kind == lex.RBrace {
			break
		}
		key := p.expression(true)
		p.expect(lex.Colon)
		pair := &ast.Pair{Pos: ast.Pos{Lineno: int32(key.Line()), Col: int32(key.Column())}, Key: key}
		pair.Value = p.expression(true)
		n.Items = append(n.Items, pair)
	}
	p.next()
	return n
}
