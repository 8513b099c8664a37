// Package lex turns the source of a Jinja template into tokens.
//
// # Use
//
// A [Lexer] is a pull lexer: [New] takes the source and the [Options], Next
// returns one token after the other and ends with [EOF]. Comments, white
// space and the raw tags are dropped; literal text arrives with white space
// control applied. A mistake in the source is an [Invalid] token, after which
// Err says what is wrong; nothing follows it. Because lexing is lazy, a mistake
// of grammar before a mistake of spelling is reported first, as in Jinja2.
//
// # Fidelity
//
// Tokens, their lines and the texts of errors are those of Jinja2 3.1. The
// scanner works on indexes and uses no regular expression.
package lex

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Options are the lexical options of an environment. An empty string has
// Jinja2's default.
type Options struct {
	BlockStart    string // "{%"
	BlockEnd      string // "%}"
	VariableStart string // "{{"
	VariableEnd   string // "}}"
	CommentStart  string // "{#"
	CommentEnd    string // "#}"

	LineStatementPrefix string // a line that starts with it is a statement; none by default
	LineCommentPrefix   string // what follows it up to the end of the line is a comment; none by default

	TrimBlocks          bool   // drop the newline after a block or comment
	LstripBlocks        bool   // drop the white space before a block or comment that starts its line
	KeepTrailingNewline bool   // keep the newline that ends the source
	NewlineSequence     string // what a newline becomes: "\n", "\r\n" or "\r"; "\n" by default
}

// Defaults returns o with each empty option that has a default filled in.
func (o Options) Defaults() Options {
	for _, d := range []struct {
		option *string
		value  string
	}{
		{&o.BlockStart, "{%"}, {&o.BlockEnd, "%}"},
		{&o.VariableStart, "{{"}, {&o.VariableEnd, "}}"},
		{&o.CommentStart, "{#"}, {&o.CommentEnd, "#}"},
		{&o.NewlineSequence, "\n"},
	} {
		if *d.option == "" {
			*d.option = d.value
		}
	}
	return o
}

// MaxSource is the size in bytes above which a source is refused.
const MaxSource = 1 << 30

// An Error is a mistake in the source of a template.
type Error struct {
	Class   string // TemplateSyntaxError, or ValueError for a number without bounds
	Message string
	Line    int // counted from 1
	Column  int // in bytes, counted from 1
}

func (e *Error) Error() string { return e.Message }

// A state is what the lexer is inside of.
type state uint8

const (
	inRoot state = iota
	inBlock
	inVariable
	inLineStatement
)

// A Lexer reads the tokens of one source.
type Lexer struct {
	src   string
	opt   Options
	root  scanner
	state state
	pos   int
	line  int32
	// lineStart is the index at which the current line starts.
	lineStart int
	// lineStarting reports whether the last match ended with a newline or nothing has been matched yet. The option
	// lstrip_blocks depends on it.
	lineStarting bool
	// brackets holds the closing brackets that are expected. While one is, the end of the tag is not looked for.
	brackets []byte
	queued   Token
	last     Token
	err      *Error
	comments *[]Comment // where comments are collected, or nil
}

// New returns a lexer for source.
func New(source string, o Options) *Lexer {
	o = o.Defaults()
	l := &Lexer{opt: o, line: 1, lineStarting: true}
	if len(source) > MaxSource {
		l.fail(0, 1, fmt.Sprintf("the template is longer than %d bytes", MaxSource))
		return l
	}
	l.src = normalize(source, o.KeepTrailingNewline)
	l.root.init(l.src, o)
	return l
}

// NewExpression returns a lexer for source as the inside of a variable tag.
func NewExpression(source string, o Options) *Lexer {
	l := New(source, o)
	l.state = inVariable
	return l
}

// Source returns the source as the lexer reads it: newlines are "\n", and without KeepTrailingNewline the last one is
// removed.
func (l *Lexer) Source() string { return l.src }

// Err returns the error of an [Invalid] token.
func (l *Lexer) Err() *Error { return l.err }

// normalize replaces every line end by "\n" and removes the last one unless keepLast is set.
func normalize(source string, keepLast bool) string {
	if strings.IndexByte(source, '\r') >= 0 {
		source = strings.ReplaceAll(source, "\r\n", "\n")
		source = strings.ReplaceAll(source, "\r", "\n")
	}
	if !keepLast {
		source = strings.TrimSuffix(source, "\n")
	}
	return source
}

// Next returns the next token.
func (l *Lexer) Next() Token {
	if l.queued.Kind != 0 {
		t := l.queued
		l.queued = Token{}
		l.last = t
		return t
	}
	if l.err != nil {
		return Token{Kind: Invalid, Line: int32(l.err.Line), Col: int32(l.err.Column)}
	}
	var t Token
	if l.state == inRoot {
		t = l.rootToken()
	} else {
		t = l.tagToken()
	}
	if t.Kind == EOF {
		// The end has the line of the token before it.
		t.Line, t.Col = max(l.last.Line, 1), l.last.Col
	}
	l.last = t
	return t
}

// token returns a token of kind at the current position.
func (l *Lexer) token(kind Kind, text string) Token {
	return Token{Kind: kind, Line: l.line, Col: int32(l.pos - l.lineStart + 1), Text: text}
}

// advance moves to the index end and counts the newlines on the way.
func (l *Lexer) advance(end int) {
	passed := l.src[l.pos:end]
	if n := strings.Count(passed, "\n"); n > 0 {
		l.line += int32(n)
		l.lineStart = l.pos + strings.LastIndexByte(passed, '\n') + 1
	}
	l.lineStarting = end > l.pos && passed[len(passed)-1] == '\n'
	l.pos = end
}

// fail records an error at the index pos.
func (l *Lexer) fail(pos int, line int32, message string) Token {
	l.err = &Error{
		Class:   "TemplateSyntaxError",
		Message: message,
		Line:    int(line),
		Column:  max(pos-l.lineStart, 0) + 1,
	}
	return Token{Kind: Invalid, Line: line, Col: int32(l.err.Column)}
}

// unexpected records a character that begins no token.
func (l *Lexer) unexpected() Token {
	_, size := utf8.DecodeRuneInString(l.src[l.pos:])
	char := l.src[l.pos : l.pos+size]
	index := utf8.RuneCountInString(l.src[:l.pos])
	return l.fail(l.pos, l.line, fmt.Sprintf("unexpected char %s at %d", Repr(char), index))
}

// text replaces newlines in literal text by the configured sequence.
func (l *Lexer) text(s string) string {
	if l.opt.NewlineSequence != "\n" {
		s = strings.ReplaceAll(s, "\n", l.opt.NewlineSequence)
	}
	return s
}
