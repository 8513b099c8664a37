package lex

import "strings"

// A rule is a way in which a tag can begin.
type rule uint8

// The order in which Jinja2 tries the names of prefixes of equal length.
const (
	blockRule rule = iota
	commentRule
	lineCommentRule
	lineStatementRule
	variableRule
	rawRule
)

// A match is the beginning of a tag in literal text.
type match struct {
	rule  rule
	order int  // among rules that match at the same index, the least wins
	start int  // where the match starts
	end   int  // index after the prefix and the sign
	sign  byte // '-', '+' or 0
}

// A scanner finds the next tag. It keeps matches that lie beyond the position asked for, so that each rule looks at
// each byte once.
type scanner struct {
	src      string
	opt      Options
	tags     []tagRule // block, variable and comment; the longest prefix first
	tagSpace [3]tagRule
	first    [256]bool // the bytes that can begin a tag
	single   int       // the byte that begins every tag, or -1 when they differ

	lineStatementOrder int
	lineCommentOrder   int

	tag, lineStatement, lineComment          match
	tagKnown, lineStatementKnown, lineCKnown bool
}

type tagRule struct {
	prefix string
	rule   rule
	order  int
}

func (s *scanner) init(src string, o Options) {
	s.src, s.opt = src, o
	all := [5]tagRule{
		{prefix: o.VariableStart, rule: variableRule},
		{prefix: o.LineStatementPrefix, rule: lineStatementRule},
		{prefix: o.LineCommentPrefix, rule: lineCommentRule},
		{prefix: o.CommentStart, rule: commentRule},
		{prefix: o.BlockStart, rule: blockRule},
	}
	// Insertion sort is stable: prefixes of equal length stay in the order of the rules.
	for i := 1; i < len(all); i++ {
		for j := i; j > 0 && len(all[j].prefix) > len(all[j-1].prefix); j-- {
			all[j], all[j-1] = all[j-1], all[j]
		}
	}
	s.tags = s.tagSpace[:0]
	s.single = -1
	for i, r := range all {
		r.order = i + 1 // 0 is the order of the raw tag
		switch r.rule {
		case lineStatementRule:
			s.lineStatementOrder = r.order
		case lineCommentRule:
			s.lineCommentOrder = r.order
		default:
			if len(s.tags) == 0 {
				s.single = int(r.prefix[0])
			} else if s.single != int(r.prefix[0]) {
				s.single = -1
			}
			s.first[r.prefix[0]] = true
			s.tags = append(s.tags, r)
		}
	}
}

// find returns the first tag at or after pos.
func (s *scanner) find(pos int) (match, bool) {
	if !s.tagKnown || s.tag.start < pos {
		s.tag, s.tagKnown = s.findTag(pos), true
	}
	best := s.tag
	if s.opt.LineStatementPrefix != "" {
		if !s.lineStatementKnown || s.lineStatement.start < pos {
			s.lineStatement, s.lineStatementKnown = s.findLineStatement(pos), true
		}
		best = earlier(best, s.lineStatement)
	}
	if s.opt.LineCommentPrefix != "" {
		if !s.lineCKnown || s.lineComment.start < pos {
			s.lineComment, s.lineCKnown = s.findLineComment(pos), true
		}
		best = earlier(best, s.lineComment)
	}
	return best, best.start < len(s.src)
}

func earlier(a, b match) match {
	if b.start < a.start || b.start == a.start && b.order < a.order {
		return b
	}
	return a
}

// none returns the match that stands for no tag.
func (s *scanner) none() match { return match{start: len(s.src), order: 99} }

// findTag finds a block, variable, comment or raw tag.
func (s *scanner) findTag(pos int) match {
	for ; pos < len(s.src); pos++ {
		if s.single >= 0 {
			i := strings.IndexByte(s.src[pos:], byte(s.single))
			if i < 0 {
				break
			}
			pos += i
		} else if !s.first[s.src[pos]] {
			continue
		}
		rest := s.src[pos:]
		if strings.HasPrefix(rest, s.opt.BlockStart) {
			if m, ok := s.rawAt(pos); ok {
				return m
			}
		}
		for _, r := range s.tags {
			if strings.HasPrefix(rest, r.prefix) {
				m := match{rule: r.rule, order: r.order, start: pos, end: pos + len(r.prefix)}
				m.takeSign(s.src)
				return m
			}
		}
	}
	return s.none()
}

// rawAt matches {% raw %} whose block start is at pos, up to its end.
func (s *scanner) rawAt(pos int) (match, bool) {
	m := match{rule: rawRule, start: pos, end: pos + len(s.opt.BlockStart)}
	m.takeSign(s.src)
	i := skipSpace(s.src, m.end)
	if !strings.HasPrefix(s.src[i:], "raw") {
		return m, false
	}
	i = skipSpace(s.src, i+len("raw"))
	if strings.HasPrefix(s.src[i:], "-") && strings.HasPrefix(s.src[i+1:], s.opt.BlockEnd) {
		m.end = skipSpace(s.src, i+1+len(s.opt.BlockEnd))
		return m, true
	}
	m.end = i + len(s.opt.BlockEnd)
	return m, strings.HasPrefix(s.src[i:], s.opt.BlockEnd)
}

// findLineStatement finds a line that begins, after blanks, with the prefix of line statements.
func (s *scanner) findLineStatement(pos int) match {
	for {
		if pos > 0 && s.src[pos-1] != '\n' {
			i := strings.IndexByte(s.src[pos:], '\n')
			if i < 0 {
				return s.none()
			}
			pos += i + 1
		}
		i := pos
		for i < len(s.src) && (s.src[i] == ' ' || s.src[i] == '\t' || s.src[i] == '\v') {
			i++
		}
		if strings.HasPrefix(s.src[i:], s.opt.LineStatementPrefix) {
			m := match{
				rule: lineStatementRule, order: s.lineStatementOrder,
				start: pos, end: i + len(s.opt.LineStatementPrefix),
			}
			m.takeSign(s.src)
			return m
		}
		if i >= len(s.src) {
			return s.none()
		}
		pos = i + 1
		if s.src[i] != '\n' {
			j := strings.IndexByte(s.src[i:], '\n')
			if j < 0 {
				return s.none()
			}
			pos = i + j + 1
		}
	}
}

// findLineComment finds the prefix of line comments. The blanks before it belong to the match. Before them must be the
// start of the line or a character that is no white space, in the text that has not been read yet.
func (s *scanner) findLineComment(pos int) match {
	for from := pos; from < len(s.src); {
		i := strings.Index(s.src[from:], s.opt.LineCommentPrefix)
		if i < 0 {
			break
		}
		prefix := from + i
		start := prefix
		for start > pos {
			size := lastSpace(s.src[pos:start])
			if size == 0 || s.src[start-size] == '\n' {
				break
			}
			start -= size
		}
		if start == 0 || s.src[start-1] == '\n' || lastSpace(s.src[:start]) == 0 {
			m := match{
				rule: lineCommentRule, order: s.lineCommentOrder,
				start: start, end: prefix + len(s.opt.LineCommentPrefix),
			}
			m.takeSign(s.src)
			return m
		}
		from = prefix + 1
	}
	return s.none()
}

// takeSign extends m over a sign for white space control.
func (m *match) takeSign(src string) {
	if m.end < len(src) && (src[m.end] == '-' || src[m.end] == '+') {
		m.sign = src[m.end]
		m.end++
	}
}

// rootToken returns the next token outside of a tag.
func (l *Lexer) rootToken() Token {
	for l.pos < len(l.src) {
		m, ok := l.root.find(l.pos)
		if !ok {
			t := l.token(Data, l.text(l.src[l.pos:]))
			l.advance(len(l.src))
			return t
		}
		text := l.strip(l.src[l.pos:m.start], m.sign, m.rule == variableRule)
		data := l.token(Data, text)
		l.advance(m.start)
		var next Token
		switch m.rule {
		case blockRule:
			next = l.token(BlockBegin, "")
			l.state = inBlock
		case lineStatementRule:
			next = l.token(BlockBegin, "")
			l.state = inLineStatement
		case variableRule:
			next = l.token(VariableBegin, "")
			l.state = inVariable
		}
		l.advance(m.end)
		switch m.rule {
		case commentRule:
			next = l.comment()
		case lineCommentRule:
			end := strings.IndexByte(l.src[l.pos:], '\n')
			if end < 0 {
				end = len(l.src) - l.pos
			}
			if l.comments != nil {
				*l.comments = append(*l.comments, Comment{l.line, l.src[l.pos : l.pos+end]})
			}
			l.advance(l.pos + end)
			l.lineStarting = false
		case rawRule:
			next = l.raw()
		}
		if text != "" {
			data.Text = l.text(text)
			l.queued = next
			return data
		}
		if next.Kind != 0 {
			return next
		}
	}
	return l.token(EOF, "")
}

// strip applies white space control to the text before a tag.
func (l *Lexer) strip(text string, sign byte, variable bool) string {
	switch {
	case sign == '-':
		return trimRight(text)
	case sign == '+' || variable || !l.opt.LstripBlocks:
		return text
	}
	line := strings.LastIndexByte(text, '\n') + 1
	if (line > 0 || l.lineStarting) && skipSpace(text, line) == len(text) {
		return text[:line]
	}
	return text
}

// comment skips the comment whose prefix has been read.
func (l *Lexer) comment() Token {
	if l.pos == len(l.src) {
		return Token{} // as in Jinja2, not an error
	}
	i := strings.Index(l.src[l.pos:], l.opt.CommentEnd)
	if i < 0 {
		return l.fail(l.pos, l.line, "Missing end of comment tag")
	}
	sign := byte(0)
	if i > 0 {
		sign = l.src[l.pos+i-1]
	}
	if l.comments != nil {
		text := l.src[l.pos : l.pos+i]
		if sign == '-' || sign == '+' {
			text = text[:i-1]
		}
		*l.comments = append(*l.comments, Comment{l.line, text})
	}
	l.advance(l.afterEnd(l.pos+i, sign, l.opt.CommentEnd))
	return Token{}
}

// afterEnd returns the index after end, the end of a block or comment, at the index at. White space after it is
// included when sign is '-' or trim_blocks is set.
func (l *Lexer) afterEnd(at int, sign byte, end string) int {
	at += len(end)
	switch {
	case sign == '-':
		return skipSpace(l.src, at)
	case sign != '+' && l.opt.TrimBlocks && strings.HasPrefix(l.src[at:], "\n"):
		return at + 1
	}
	return at
}

// raw reads the text of a raw block and its end tag. The start tag has been read.
func (l *Lexer) raw() Token {
	if l.pos == len(l.src) {
		return Token{} // as in Jinja2, not an error
	}
	for from := l.pos; ; {
		i := strings.Index(l.src[from:], l.opt.BlockStart)
		if i < 0 {
			return l.fail(l.pos, l.line, "Missing end of raw directive")
		}
		start := from + i
		m := match{end: start + len(l.opt.BlockStart)}
		m.takeSign(l.src)
		from = start + 1
		i = skipSpace(l.src, m.end)
		if !strings.HasPrefix(l.src[i:], "endraw") {
			continue
		}
		i = skipSpace(l.src, i+len("endraw"))
		var sign byte
		if i < len(l.src) && (l.src[i] == '-' || l.src[i] == '+') && strings.HasPrefix(l.src[i+1:], l.opt.BlockEnd) {
			sign = l.src[i]
			i++
		} else if !strings.HasPrefix(l.src[i:], l.opt.BlockEnd) {
			continue
		}
		text := l.strip(l.src[l.pos:start], m.sign, false)
		t := l.token(Data, l.text(text))
		l.advance(l.afterEnd(i, sign, l.opt.BlockEnd))
		if text == "" {
			return Token{}
		}
		return t
	}
}
