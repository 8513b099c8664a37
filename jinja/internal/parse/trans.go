package parse

import (
	"fmt"
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/lex"
)

// A variable of a translatable section.
type variable struct {
	name  string
	value ast.Expr
}

// A section is a trans tag before it is turned into calls.
type section struct {
	pos              ast.Pos
	context          *string
	singular, plural string
	variables        []variable
	plurals          ast.Expr // the number that decides the plural; nil without pluralize
	referenced       bool     // the text names a variable
	numIsNum         bool     // that number is the variable num, which ngettext passes itself
}

func (s *section) lookup(name string) (ast.Expr, bool) {
	for _, v := range s.variables {
		if v.name == name {
			return v.value, true
		}
	}
	return nil, false
}

// parseTrans parses a trans tag and turns it into an output that calls gettext, pgettext, ngettext or npgettext.
func (p *Parser) parseTrans() []ast.Stmt {
	tag := p.next()
	s := &section{pos: at(tag)}
	if p.cur.Kind == lex.String {
		context := p.next().Text
		s.context = &context
	}
	assign, trimmed, numIsNum := p.transHead(s)
	p.expect(lex.BlockEnd)

	var names []string
	s.singular = p.transText(&names, true)
	if len(names) > 0 && s.plurals == nil {
		s.plurals = &ast.Name{Pos: s.pos, Name: names[0]}
		numIsNum = names[0] == "num"
	}
	plural := p.cur.Is("pluralize")
	p.next()
	if plural {
		if p.cur.Kind != lex.BlockEnd {
			t := p.expect(lex.Name)
			value, ok := s.lookup(t.Text)
			if !ok {
				p.raise("TemplateAssertionError",
					fmt.Sprintf("unknown variable %s for pluralization", lex.Repr(t.Text)), int(t.Line), int(t.Col))
			}
			s.plurals, numIsNum = value, t.Text == "num"
		}
		p.expect(lex.BlockEnd)
		s.plural = p.transText(&names, false)
		p.next()
	}
	for _, name := range names {
		if _, ok := s.lookup(name); !ok {
			s.variables = append(s.variables, variable{name, &ast.Name{Pos: s.pos, Name: name}})
		}
	}
	s.referenced = len(names) > 0
	if !plural {
		s.plurals = nil
	} else if s.plurals == nil {
		p.fail("pluralize without variables", tag)
	}
	s.numIsNum = numIsNum && plural
	if trimmed {
		s.singular, s.plural = trimLines(s.singular), trimLines(s.plural)
	}
	out := p.lowerTrans(s)
	if assign != nil {
		return []ast.Stmt{assign, out}
	}
	return []ast.Stmt{out}
}

// transHead parses the variables of a trans tag. A call that decides the plural is assigned to a name first, so that it
// runs once.
func (p *Parser) transHead(s *section) (assign ast.Stmt, trimmed, numIsNum bool) {
	trimmed = p.ext.I18n.Trimmed
	decided := false
	for p.cur.Kind != lex.BlockEnd {
		if len(s.variables) > 0 {
			p.expect(lex.Comma)
		}
		if p.skip(lex.Colon) {
			break
		}
		t := p.expect(lex.Name)
		if _, ok := s.lookup(t.Text); ok {
			p.raise("TemplateAssertionError",
				fmt.Sprintf("translatable variable %s defined twice.", lex.Repr(t.Text)), int(t.Line), int(t.Col))
		}
		var value ast.Expr
		switch {
		case p.cur.Kind == lex.Assign:
			p.next()
			value = p.expression(true)
		case !decided && (t.Text == "trimmed" || t.Text == "notrimmed"):
			trimmed, decided = t.Text == "trimmed", true
			continue
		default:
			value = &ast.Name{Pos: s.pos, Name: t.Text}
		}
		if s.plurals == nil {
			if _, ok := value.(*ast.Call); ok {
				assign = &ast.Assign{
					Pos:    s.pos,
					Target: &ast.Name{Pos: s.pos, Name: "_trans", Ctx: ast.Store},
					Node:   value,
				}
				value = &ast.Name{Pos: s.pos, Name: "_trans"}
			}
			s.plurals = value
			numIsNum = t.Text == "num"
		}
		s.variables = append(s.variables, variable{t.Text, value})
	}
	return assign, trimmed, numIsNum
}

// transText parses the text up to the tag that ends it. It appends the variables in it to names and doubles percent
// signs.
func (p *Parser) transText(names *[]string, pluralize bool) string {
	var b strings.Builder
	for {
		switch p.cur.Kind {
		case lex.Data:
			b.WriteString(strings.ReplaceAll(p.next().Text, "%", "%%"))
		case lex.VariableBegin:
			p.next()
			name := p.expect(lex.Name).Text
			*names = append(*names, name)
			b.WriteString("%(" + name + ")s")
			p.expect(lex.VariableEnd)
		case lex.BlockBegin:
			p.next()
			switch {
			case p.cur.Is("endtrans"), p.cur.Is("pluralize") && pluralize:
				return b.String()
			case p.cur.Is("pluralize"):
				p.fail("a translatable section can have only one pluralize section", p.cur)
			case p.cur.Is("trans"):
				p.fail("trans blocks can't be nested; did you mean `endtrans`?", p.cur)
			}
			saw := "None"
			if p.cur.Kind == lex.Name {
				saw = p.cur.Text
			}
			p.fail("control structures in translatable sections are not allowed; saw `"+saw+"`", p.cur)
		case lex.EOF:
			p.fail("unclosed translation block", p.cur)
		default:
			p.fail("internal parser error", p.cur)
		}
	}
}

// trimLines trims s and replaces each line end, with the white space around it, by one space.
func trimLines(s string) string {
	s = lex.TrimSpace(s)
	if !strings.Contains(s, "\n") {
		return s
	}
	lines := strings.Split(s, "\n")
	kept := lines[:0]
	for i, line := range lines {
		line = lex.TrimSpace(line)
		if line != "" || i == 0 {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, " ")
}

// lowerTrans returns the output that a section stands for.
func (p *Parser) lowerTrans(s *section) ast.Stmt {
	newstyle := p.ext.I18n.Newstyle
	if !s.referenced && !newstyle {
		// Without variables the message is not formatted.
		s.singular = strings.ReplaceAll(s.singular, "%%", "%")
		s.plural = strings.ReplaceAll(s.plural, "%%", "%")
	}
	text := func(t string) ast.Expr { return &ast.Const{Pos: s.pos, Value: t} }
	function := "gettext"
	call := &ast.Call{Pos: s.pos}
	if s.context != nil {
		function = "pgettext"
		call.Args = append(call.Args, text(*s.context))
	}
	call.Args = append(call.Args, text(s.singular))
	if s.plurals != nil {
		function = "n" + function
		call.Args = append(call.Args, text(s.plural), s.plurals)
	}
	call.Node = &ast.Name{Pos: s.pos, Name: function}
	var value ast.Expr = call
	if newstyle {
		for _, v := range s.variables {
			if s.numIsNum && v.name == "num" {
				continue // ngettext passes it itself
			}
			call.Kwargs = append(call.Kwargs, &ast.Keyword{Pos: s.pos, Key: v.name, Value: v.value})
		}
	} else {
		value = &ast.MarkSafeIfAutoescape{Pos: s.pos, Expr: call}
		if len(s.variables) > 0 {
			dict := &ast.Dict{Pos: s.pos}
			for _, v := range s.variables {
				dict.Items = append(dict.Items, &ast.Pair{Pos: s.pos, Key: text(v.name), Value: v.value})
			}
			value = &ast.Mod{BinExpr: ast.BinExpr{Pos: s.pos, Left: value, Right: dict}}
		}
	}
	return &ast.Output{Pos: s.pos, Nodes: []ast.Expr{value}}
}
