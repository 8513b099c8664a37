// Package parse turns the source of a Jinja template into a syntax tree.
//
// # Use
//
// [Parse] reads a template, [Expression] a single expression as
// compile_expression does. [ExtractTranslations] finds the messages that a
// tree hands to gettext.
//
// # Fidelity
//
// The grammar, the lines of nodes and the class, text and line of every error
// are those of Jinja2 3.1.6, its quirks included: -1|abs is 1 and 2**3**2 is 64.
// What is ours: adjacent pieces of literal text are one node, columns are
// known, and nesting is bounded by [MaxDepth] so that no source can exhaust
// the stack.
//
// # Extensions
//
// [Extensions] turns on Jinja2's own: i18n, do, loop controls and debug. A
// custom tag is a [Tag]: a function that is given the [Parser] with its own
// name as the current token, and returns the nodes to put in its place.
package parse

import (
	"fmt"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/lex"
)

// MaxDepth bounds how deep statements and expressions are nested. The operators of a chain such as a + b + c count,
// because each is an operand of the next.
const MaxDepth = 1000

// An Error is a mistake in a template.
type Error struct {
	Class   string // TemplateSyntaxError or TemplateAssertionError
	Message string
	Line    int    // counted from 1
	Column  int    // in bytes, counted from 1; 0 is unknown
	Name    string // the template's, "" for a string
	Source  string // the source, its newlines normalised
}

func (e *Error) Error() string {
	if e.Name == "" {
		return fmt.Sprintf("%s: line %d: %s", e.Class, e.Line, e.Message)
	}
	return fmt.Sprintf("%s: %s:%d: %s", e.Class, e.Name, e.Line, e.Message)
}

// Extensions says which tags there are beyond those of the language.
type Extensions struct {
	I18n         *I18n          // the tag trans, unless nil
	Do           bool           // do
	LoopControls bool           // break and continue
	Debug        bool           // debug
	Tags         map[string]Tag // custom tags by name; the language's own take precedence
}

// I18n holds the options of the i18n extension.
type I18n struct {
	Newstyle bool // the functions put in the variables themselves
	Trimmed  bool // the policy ext.i18n.trimmed
}

// A Tag parses a custom tag. When it is called, the parser's current token is the tag's name. It leaves the parser at
// the token that ends its last tag. It may also stop with the parser's Fail.
type Tag func(p *Parser) ([]ast.Stmt, error)

// Parse parses a template. The error is an *[Error], or what a custom tag
// returned.
func Parse(source, name string, o lex.Options, x Extensions) (t *ast.Template, err error) {
	p := &Parser{lexer: lex.New(source, o), name: name, ext: x}
	defer p.recover(&err)
	p.start()
	body := p.subparse(nil)
	return &ast.Template{Pos: ast.Pos{Lineno: 1}, Body: body, Name: name}, nil
}

// Expression parses source as one expression.
func Expression(source string, o lex.Options) (e ast.Expr, err error) {
	p := &Parser{lexer: lex.NewExpression(source, o)}
	defer p.recover(&err)
	p.start()
	read := p.expression(true)
	if p.cur.Kind != lex.EOF {
		p.fail("chunk after expression", p.cur)
	}
	return read, nil
}

// A Parser reads the tokens of one template. Its exported methods are for custom tags. They stop the parsing with an
// [Error] when the source does not continue as they expect.
type Parser struct {
	lexer  *lex.Lexer
	cur    lex.Token
	ahead  lex.Token
	looked bool
	name   string
	ext    Extensions

	out output

	tags  []string   // the open statements
	ends  [][]string // the tags that may end their bodies
	depth int
	free  int
}

// recover turns a failure into its error.
func (p *Parser) recover(err *error) {
	switch f := recover().(type) {
	case nil:
	case failure:
		*err = f.err
	default:
		panic(f)
	}
}

// A failure is the panic that ends the parsing.
type failure struct{ err error }

// raise stops the parsing.
func (p *Parser) raise(class, message string, line, column int) {
	panic(failure{&Error{
		Class: class, Message: message, Line: line, Column: column,
		Name: p.name, Source: p.lexer.Source(),
	}})
}

// fail stops the parsing with a syntax error at a token.
func (p *Parser) fail(message string, at lex.Token) {
	p.raise("TemplateSyntaxError", message, int(at.Line), int(at.Col))
}

func (p *Parser) start() { p.cur = p.read() }

// read takes the next token from the lexer.
func (p *Parser) read() lex.Token {
	t := p.lexer.Next()
	if t.Kind == lex.Invalid {
		e := p.lexer.Err()
		p.raise(e.Class, e.Message, e.Line, e.Column)
	}
	return t
}

// next returns the current token and moves to the one after it.
func (p *Parser) next() lex.Token {
	t := p.cur
	if p.looked {
		p.cur, p.looked = p.ahead, false
	} else {
		p.cur = p.read()
	}
	return t
}

// look returns the token after the current one.
func (p *Parser) look() lex.Token {
	if !p.looked {
		p.ahead, p.looked = p.read(), true
	}
	return p.ahead
}

// skipName skips the name text when it is the current token.
func (p *Parser) skipName(text string) bool {
	if p.cur.Is(text) {
		p.next()
		return true
	}
	return false
}

// skip skips the current token when it is of kind k.
func (p *Parser) skip(k lex.Kind) bool {
	if p.cur.Kind == k {
		p.next()
		return true
	}
	return false
}

// expect returns the current token, which must be of kind k.
func (p *Parser) expect(k lex.Kind) lex.Token {
	if p.cur.Kind != k {
		p.expected(k.Describe())
	}
	return p.next()
}

// expectName returns the current token, which must be the name text.
func (p *Parser) expectName(text string) lex.Token {
	if !p.cur.Is(text) {
		p.expected(text)
	}
	return p.next()
}

func (p *Parser) expected(what string) {
	if p.cur.Kind == lex.EOF {
		p.fail(fmt.Sprintf("unexpected end of template, expected %s.", lex.Repr(what)), p.cur)
	}
	p.fail(fmt.Sprintf("expected token %s, got %s", lex.Repr(what), lex.Repr(p.cur.Describe())), p.cur)
}

// enter adds a level of nesting. The caller restores p.depth.
func (p *Parser) enter() {
	if p.depth++; p.depth > MaxDepth {
		p.fail(fmt.Sprintf("statements and expressions are nested more than %d levels deep", MaxDepth), p.cur)
	}
}

// at returns the position of a token.
func at(t lex.Token) ast.Pos { return ast.Pos{Lineno: t.Line, Col: t.Col} }
