package parse

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/lex"
)

// subparse parses text, outputs and statements up to one of the tags in ends, which then is the current token. Without
// ends it parses up to the end of the template.
func (p *Parser) subparse(ends []string) []ast.Stmt {
	if ends != nil {
		p.ends = append(p.ends, ends)
	}
	var body []ast.Stmt
	out := &p.out // empty: it is flushed before each statement
	for p.cur.Kind != lex.EOF {
		switch p.cur.Kind {
		case lex.Data:
			out.text(p.next())
		case lex.VariableBegin:
			p.next()
			e := p.tuple(true)
			p.joinText()
			out.nodes = append(out.nodes, e)
			p.expect(lex.VariableEnd)
		case lex.BlockBegin:
			body = p.flush(body)
			p.next()
			if p.atAny(ends) {
				p.ends = p.ends[:len(p.ends)-1]
				return body
			}
			body = p.statement(body)
			p.expect(lex.BlockEnd)
		default:
			p.fail("internal parsing error", p.cur)
		}
	}
	body = p.flush(body)
	if ends != nil {
		p.ends = p.ends[:len(p.ends)-1]
	}
	return body
}

// An output collects what is printed between two statements. Adjacent texts become one node.
type output struct {
	nodes []ast.Expr
	parts []string
	at    ast.Pos // the position of the first of parts
}

func (o *output) text(t lex.Token) {
	if t.Text == "" {
		return
	}
	if len(o.parts) == 0 {
		o.at = at(t)
	}
	o.parts = append(o.parts, t.Text)
}

// joinText makes one node of the collected text.
func (p *Parser) joinText() {
	if o := &p.out; len(o.parts) > 0 {
		o.nodes = append(o.nodes, &ast.TemplateData{Pos: o.at, Data: strings.Join(o.parts, "")})
		o.parts = o.parts[:0]
	}
}

// flush appends the collected output to body.
func (p *Parser) flush(body []ast.Stmt) []ast.Stmt {
	p.joinText()
	o := &p.out
	if len(o.nodes) == 0 {
		return body
	}
	first := o.nodes[0]
	pos := ast.Pos{Lineno: int32(first.Line()), Col: int32(first.Column())}
	body = append(body, &ast.Output{Pos: pos, Nodes: slices.Clone(o.nodes)})
	clear(o.nodes)
	o.nodes = o.nodes[:0]
	return body
}

// atAny reports whether the current token is one of the names in tags.
func (p *Parser) atAny(tags []string) bool {
	if p.cur.Kind == lex.Name {
		for _, tag := range tags {
			if p.cur.Text == tag {
				return true
			}
		}
	}
	return false
}

// statements parses the rest of a tag and its body up to one of the tags in ends, which then is the current token.
func (p *Parser) statements(ends ...string) []ast.Stmt {
	p.skip(lex.Colon) // a colon may end the tag, as in Python
	p.expect(lex.BlockEnd)
	body := p.subparse(ends)
	if p.cur.Kind == lex.EOF {
		p.failEnd("", append(p.ends[:len(p.ends):len(p.ends)], ends), p.cur)
	}
	return body
}

// body is statements, and also skips the tag at the end.
func (p *Parser) body(end string) []ast.Stmt {
	body := p.statements(end)
	p.next()
	return body
}

// failEnd stops the parsing at an unknown tag, or at the end of the template when tag is "". ends are the tags that are
// expected, the innermost last.
func (p *Parser) failEnd(tag string, ends [][]string, at lex.Token) {
	var b strings.Builder
	if tag == "" {
		b.WriteString("Unexpected end of template.")
	} else {
		fmt.Fprintf(&b, "Encountered unknown tag %s.", lex.Repr(tag))
	}
	if len(ends) > 0 {
		var looking []string
		for _, end := range ends[len(ends)-1] {
			looking = append(looking, lex.Repr(end))
		}
		format := " Jinja was looking for the following tags: %s."
		if tag != "" && expects(ends, tag) {
			format = " You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for %s."
		}
		fmt.Fprintf(&b, format, strings.Join(looking, " or "))
	}
	if n := len(p.tags); n > 0 {
		fmt.Fprintf(&b, " The innermost block that needs to be closed is %s.", lex.Repr(p.tags[n-1]))
	}
	p.fail(b.String(), at)
}

func expects(ends [][]string, tag string) bool {
	for _, tags := range ends {
		for _, t := range tags {
			if t == tag {
				return true
			}
		}
	}
	return false
}

// statement parses the statement whose name is the current token, and appends
// its nodes to body.
func (p *Parser) statement(body []ast.Stmt) []ast.Stmt {
	if p.cur.Kind != lex.Name {
		p.fail("tag name expected", p.cur)
	}
	tag := p.cur.Text
	depth := p.depth
	p.enter()
	p.tags = append(p.tags, tag)
	var s ast.Stmt
	switch tag {
	case "for":
		s = p.parseFor()
	case "if":
		s = p.parseIf()
	case "block":
		s = p.parseBlock()
	case "extends":
		t := p.next()
		s = &ast.Extends{Pos: at(t), Template: p.expression(true)}
	case "print":
		s = p.parsePrint()
	case "macro":
		s = p.parseMacro()
	case "include":
		s = p.parseInclude()
	case "from":
		s = p.parseFrom()
	case "import":
		s = p.parseImport()
	case "set":
		s = p.parseSet()
	case "with":
		s = p.parseWith()
	case "autoescape":
		s = p.parseAutoescape()
	case "call":
		s = p.parseCallBlock()
	case "filter":
		s = p.parseFilterBlock()
	default:
		return p.extension(body, tag, depth)
	}
	p.tags = p.tags[:len(p.tags)-1]
	p.depth = depth
	return append(body, s)
}

// extension parses the statement of an extension or a custom tag.
func (p *Parser) extension(body []ast.Stmt, tag string, depth int) []ast.Stmt {
	var nodes []ast.Stmt
	custom := p.ext.Tags[tag]
	switch {
	case custom != nil:
		var err error
		if nodes, err = custom(p); err != nil {
			panic(failure{err})
		}
	case tag == "trans" && p.ext.I18n != nil:
		nodes = p.parseTrans()
	case tag == "do" && p.ext.Do:
		t := p.next()
		nodes = []ast.Stmt{&ast.ExprStmt{Pos: at(t), Node: p.tuple(true)}}
	case tag == "break" && p.ext.LoopControls:
		nodes = []ast.Stmt{&ast.Break{Pos: at(p.next())}}
	case tag == "continue" && p.ext.LoopControls:
		nodes = []ast.Stmt{&ast.Continue{Pos: at(p.next())}}
	case tag == "debug" && p.ext.Debug:
		pos := at(p.next())
		nodes = []ast.Stmt{&ast.Output{Pos: pos, Nodes: []ast.Expr{&ast.Debug{Pos: pos}}}}
	default:
		p.tags = p.tags[:len(p.tags)-1]
		p.failEnd(tag, p.ends, p.cur)
	}
	p.tags = p.tags[:len(p.tags)-1]
	p.depth = depth
	return append(body, nodes...)
}
