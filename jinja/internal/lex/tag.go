package lex

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// tagToken returns the next token inside a tag.
func (l *Lexer) tagToken() Token {
	for {
		if len(l.brackets) == 0 && l.mayEnd() {
			if t, ok := l.tagEnd(); ok {
				return t
			}
		}
		if l.pos+1 < len(l.src) && l.src[l.pos] == ' ' && l.src[l.pos+1] > ' ' && l.src[l.pos+1] < utf8.RuneSelf {
			l.pos++ // the usual white space
			continue
		}
		if end := skipSpace(l.src, l.pos); end > l.pos {
			l.advance(end)
			continue
		}
		if l.pos >= len(l.src) {
			return l.token(EOF, "")
		}
		c := l.src[l.pos]
		switch {
		case '0' <= c && c <= '9':
			return l.number()
		case c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z':
			return l.name()
		case c == '\'' || c == '"':
			return l.str(c)
		case c >= utf8.RuneSelf:
			if t, ok := l.float(); ok {
				return t
			}
			return l.name()
		}
		return l.operator(c)
	}
}

// mayEnd reports whether the byte at the current position can begin the tag's end.
func (l *Lexer) mayEnd() bool {
	if l.pos >= len(l.src) {
		return true
	}
	switch c := l.src[l.pos]; l.state {
	case inVariable:
		return c == l.opt.VariableEnd[0] || c == '-'
	case inBlock:
		return c == l.opt.BlockEnd[0] || c == '-' || c == '+'
	}
	return true
}

// tagEnd matches the end of the tag that the lexer is inside of.
func (l *Lexer) tagEnd() (Token, bool) {
	end := -1
	var t Token
	switch l.state {
	case inVariable:
		if strings.HasPrefix(l.src[l.pos:], l.opt.VariableEnd) {
			end = l.pos + len(l.opt.VariableEnd)
		} else if strings.HasPrefix(l.src[l.pos:], "-") && strings.HasPrefix(l.src[l.pos+1:], l.opt.VariableEnd) {
			end = skipSpace(l.src, l.pos+1+len(l.opt.VariableEnd))
		}
		t = l.token(VariableEnd, "")
	case inBlock:
		if strings.HasPrefix(l.src[l.pos:], l.opt.BlockEnd) {
			end = l.afterEnd(l.pos, 0, l.opt.BlockEnd)
		} else if l.pos < len(l.src) && (l.src[l.pos] == '-' || l.src[l.pos] == '+') &&
			strings.HasPrefix(l.src[l.pos+1:], l.opt.BlockEnd) {
			end = l.afterEnd(l.pos+1, l.src[l.pos], l.opt.BlockEnd)
		}
		t = l.token(BlockEnd, "")
	case inLineStatement:
		// The end is the last newline of the white space here, or the end of the source.
		space := skipSpace(l.src, l.pos)
		if space == len(l.src) {
			end = space
		} else if i := strings.LastIndexByte(l.src[l.pos:space], '\n'); i >= 0 {
			end = l.pos + i + 1
		}
		t = l.token(BlockEnd, "")
	}
	if end < 0 {
		return t, false
	}
	l.advance(end)
	l.state = inRoot
	return t, true
}

// name reads a name, or a word that is no valid one.
func (l *Lexer) name() Token {
	end := l.pos
	ascii := true
	for end < len(l.src) {
		if c := l.src[end]; c < utf8.RuneSelf {
			if !wordByte[c] {
				break
			}
			end++
			continue
		}
		r, size := utf8.DecodeRuneInString(l.src[end:])
		if !isWord(r) || r == utf8.RuneError && size == 1 {
			break
		}
		ascii = false
		end += size
	}
	if end == l.pos {
		return l.unexpected()
	}
	word := l.src[l.pos:end]
	if !ascii && !IsIdentifier(word) {
		return l.fail(l.pos, l.line, "Invalid character in identifier")
	}
	t := l.token(Name, word)
	l.pos = end
	return t
}

// operators maps a byte to the operator that consists of it.
var operators = [utf8.RuneSelf]Kind{
	'+': Add, '-': Sub, '/': Div, '*': Mul, '%': Mod, '~': Tilde,
	'[': LBracket, ']': RBracket, '(': LParen, ')': RParen, '{': LBrace, '}': RBrace,
	'>': Gt, '<': Lt, '=': Assign, '.': Dot, ':': Colon, '|': Pipe, ',': Comma, ';': Semicolon,
}

// operator reads an operator that begins with c and keeps track of the brackets.
func (l *Lexer) operator(c byte) Token {
	kind := operators[c]
	size := 1
	if l.pos+1 < len(l.src) {
		long := Kind(0)
		switch [2]byte{c, l.src[l.pos+1]} {
		case [2]byte{'/', '/'}:
			long = FloorDiv
		case [2]byte{'*', '*'}:
			long = Pow
		case [2]byte{'=', '='}:
			long = Eq
		case [2]byte{'!', '='}:
			long = Ne
		case [2]byte{'>', '='}:
			long = GtEq
		case [2]byte{'<', '='}:
			long = LtEq
		}
		if long != 0 {
			kind, size = long, 2
		}
	}
	switch kind {
	case 0:
		return l.unexpected()
	case LParen:
		l.brackets = append(l.brackets, ')')
	case LBracket:
		l.brackets = append(l.brackets, ']')
	case LBrace:
		l.brackets = append(l.brackets, '}')
	case RParen, RBracket, RBrace:
		if len(l.brackets) == 0 {
			return l.fail(l.pos, l.line, fmt.Sprintf("unexpected '%c'", c))
		}
		due := l.brackets[len(l.brackets)-1]
		l.brackets = l.brackets[:len(l.brackets)-1]
		if due != c {
			return l.fail(l.pos, l.line, fmt.Sprintf("unexpected '%c', expected '%c'", c, due))
		}
	}
	t := l.token(kind, "")
	l.pos += size
	return t
}
