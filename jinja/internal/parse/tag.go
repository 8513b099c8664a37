package parse

import (
	"fmt"
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/lex"
)

// Name returns the name of the template that is parsed.
func (p *Parser) Name() string { return p.name }

// Current returns the current token.
func (p *Parser) Current() lex.Token { return p.cur }

// Look returns the token after the current one.
func (p *Parser) Look() lex.Token { return p.look() }

// Next returns the current token and moves to the next.
func (p *Parser) Next() lex.Token { return p.next() }

// Test reports whether the current token is of one of the kinds. They are written as in Jinja2: "comma", "block_end",
// "name:else".
func (p *Parser) Test(kinds ...string) bool {
	for _, kind := range kinds {
		if name, ok := strings.CutPrefix(kind, "name:"); ok && p.cur.Is(name) || !ok && p.cur.Kind.String() == kind {
			return true
		}
	}
	return false
}

// SkipIf skips the current token when it is of the kind, and reports whether it did.
func (p *Parser) SkipIf(kind string) bool {
	if p.Test(kind) {
		p.next()
		return true
	}
	return false
}

// Expect returns the current token and moves to the next. It stops the parsing unless the token is of the kind.
func (p *Parser) Expect(kind string) lex.Token {
	if !p.Test(kind) {
		p.expected(describe(kind))
	}
	return p.next()
}

// describe returns what error messages call a kind of token.
func describe(kind string) string {
	if name, ok := strings.CutPrefix(kind, "name:"); ok {
		return name
	}
	for k := lex.EOF; k <= lex.Tilde; k++ {
		if k.String() == kind {
			return k.Describe()
		}
	}
	return kind
}

// Fail stops the parsing with a TemplateSyntaxError. line 0 is that of the current token.
func (p *Parser) Fail(line int, format string, args ...any) {
	if line == 0 {
		p.fail(fmt.Sprintf(format, args...), p.cur)
	}
	p.raise("TemplateSyntaxError", fmt.Sprintf(format, args...), line, 0)
}

// Pos returns the position of the current token, for the nodes of a tag.
func (p *Parser) Pos() ast.Pos { return at(p.cur) }

// ParseExpression parses one expression.
func (p *Parser) ParseExpression() ast.Expr { return p.expression(true) }

// ParseTuple parses one expression, or a tuple of several.
func (p *Parser) ParseTuple() ast.Expr { return p.tuple(true) }

// ParseAssignTarget parses a target that can be assigned to.
func (p *Parser) ParseAssignTarget() ast.Expr { return p.assignTarget(true) }

// ParseFilter parses filters after e, each with its pipe.
func (p *Parser) ParseFilter(e ast.Expr) ast.Expr {
	depth := p.depth
	defer func() { p.depth = depth }()
	return p.filters(e)
}

// ParseCallArgs parses arguments in parentheses into a call of e.
func (p *Parser) ParseCallArgs(e ast.Expr) *ast.Call { return p.call(e).(*ast.Call) }

// ParseStatements parses the end of the tag and a body up to one of the tags in ends. The current token then is that
// tag's name.
func (p *Parser) ParseStatements(ends ...string) []ast.Stmt { return p.statements(ends...) }

// FreeIdentifier returns a name that no template can spell.
func (p *Parser) FreeIdentifier() *ast.InternalName {
	p.free++
	return &ast.InternalName{Pos: p.Pos(), Name: fmt.Sprintf("fi%d", p.free)}
}
