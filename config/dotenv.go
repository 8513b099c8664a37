package config

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// parseDotenv reads a .env file as python-dotenv 0.21 does. It holds lines NAME=value, where "export" may stand before
// the name, and comments. A value is bare, in single quotes, or in double quotes with escapes; quoted values may span
// lines. ${NAME} and ${NAME:-default} are replaced in all of them. A byte order mark is skipped.
//
// vars has no names without a value. bad are the numbers of the lines that cannot be read. lookup reads the
// environment, which wins over the file in ${NAME}.
func parseDotenv(b []byte, lookup func(string) (string, bool)) (vars map[string]string, bad []int, err error) {
	text := strings.TrimPrefix(string(b), bom)
	if !utf8.ValidString(text) {
		return nil, nil, errors.New("the file is not UTF-8")
	}
	p := &dotenvParser{text: strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"), line: 1}
	vars = map[string]string{}
	alone := map[string]bool{} // names without a value; they are empty in ${NAME}
	resolve := func(name, otherwise string) string {
		if v, ok := lookup(name); ok {
			return v
		}
		if v, ok := vars[name]; ok || alone[name] {
			return v
		}
		return otherwise
	}
	total := 0
	for {
		p.skip(unicodeSpace)
		if p.at == len(p.text) {
			return vars, bad, nil
		}
		line := p.line
		name, value, ok := p.binding()
		switch {
		case !ok:
			bad = append(bad, line)
			p.skip(func(r rune) bool { return r != '\n' })
			continue
		case value == nil:
			delete(vars, name)
			alone[name] = true
			continue
		}
		v, err := expand(*value, resolve, maxFile-total)
		if err != nil {
			return nil, nil, fmt.Errorf("line %d: %w", line, err)
		}
		if strings.ContainsRune(name+v, 0) {
			return nil, nil, fmt.Errorf("line %d: no variable can hold a NUL", line)
		}
		total += len(v)
		vars[name] = v
		delete(alone, name)
	}
}

// dotenvParser is a position in a .env file. Lines end with \n.
type dotenvParser struct {
	text     string
	at, line int
}

// unicodeSpace reports whether r matches \s of Python's regular expressions.
func unicodeSpace(r rune) bool { return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f }

// blank reports whether r is white space that does not end the line.
func blank(r rune) bool { return r != '\n' && unicodeSpace(r) }

// skip moves over the runes for which f is true, and returns them.
func (p *dotenvParser) skip(f func(rune) bool) string {
	start := p.at
	for p.at < len(p.text) {
		r, size := utf8.DecodeRuneInString(p.text[p.at:])
		if !f(r) {
			break
		}
		p.at += size
	}
	p.line += strings.Count(p.text[start:p.at], "\n")
	return p.text[start:p.at]
}

func (p *dotenvParser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

// binding reads one line: NAME=value and a comment after it, a name without a value, or a comment, which has no name.
func (p *dotenvParser) binding() (name string, value *string, ok bool) {
	if rest, found := strings.CutPrefix(p.text[p.at:], "export"); found {
		if r, _ := utf8.DecodeRuneInString(rest); rest != "" && blank(r) {
			p.at += len("export")
			p.skip(blank)
		}
	}
	switch p.peek() {
	case '#':
	case '\'':
		rest := p.text[p.at+1:]
		end := strings.IndexByte(rest, '\'')
		if end < 1 {
			return "", nil, false
		}
		name = rest[:end]
		p.advance(end + 2)
	default:
		if name = p.skip(func(r rune) bool { return r != '=' && r != '#' && !unicodeSpace(r) }); name == "" {
			return "", nil, false
		}
	}
	p.skip(blank)
	if p.peek() == '=' && name != "" {
		p.at++
		p.skip(blank)
		v, ok := p.value()
		if !ok {
			return "", nil, false
		}
		value = &v
	}
	p.skip(blank)
	if p.peek() == '#' {
		p.skip(func(r rune) bool { return r != '\n' })
	}
	return name, value, p.at == len(p.text) || p.peek() == '\n'
}

// advance moves over n bytes.
func (p *dotenvParser) advance(n int) {
	p.line += strings.Count(p.text[p.at:p.at+n], "\n")
	p.at += n
}

func (p *dotenvParser) value() (string, bool) {
	if quote := p.peek(); quote == '\'' || quote == '"' {
		raw, ok := p.quoted(quote)
		return unescape(raw, quote), ok
	}
	return withoutComment(p.skip(func(r rune) bool { return r != '\n' })), true
}

// quoted reads up to the next quote without a backslash before it. When there is none in the rest of the file, the last
// quote with a backslash ends the value, which is a Windows path then.
func (p *dotenvParser) quoted(quote byte) (string, bool) {
	start := p.at + 1
	last := -1
	for i := start; i < len(p.text); i++ {
		if p.text[i] != quote {
			continue
		}
		last = i
		if i == start || p.text[i-1] != '\\' {
			break
		}
	}
	if last < 0 {
		return "", false
	}
	p.advance(last + 1 - p.at)
	return p.text[start:last], true
}

// unescape replaces the escapes of a quoted value. Single quotes know two escapes, \\ and \'.
func unescape(raw string, quote byte) string {
	escapes := `\'`
	if quote == '"' {
		escapes = `\'"abfnrtv`
	}
	var b strings.Builder
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' || i+1 == len(raw) || strings.IndexByte(escapes, raw[i+1]) < 0 {
			b.WriteByte(raw[i])
			continue
		}
		i++
		if at := strings.IndexByte("abfnrtv", raw[i]); at >= 0 {
			b.WriteByte("\a\b\f\n\r\t\v"[at])
		} else {
			b.WriteByte(raw[i])
		}
	}
	return b.String()
}

// withoutComment cuts a bare value where white space and a # follow, and removes white space at its end.
func withoutComment(s string) string {
	space := -1 // index of the white space before this rune
	for i, r := range s {
		switch {
		case unicodeSpace(r):
			if space < 0 {
				space = i
			}
			continue
		case r == '#' && space >= 0:
			return s[:space]
		}
		space = -1
	}
	if space >= 0 {
		return s[:space]
	}
	return s
}

// expand replaces ${NAME} and ${NAME:-default}.
func expand(s string, resolve func(name, otherwise string) string, limit int) (string, error) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "${")
		b.WriteString(before)
		if b.Len() > limit {
			return "", fmt.Errorf("the values are longer than %d bytes", maxFile)
		}
		if !found {
			return b.String(), nil
		}
		inner, after, closed := strings.Cut(rest, "}")
		name, otherwise, _ := strings.Cut(inner, ":")
		if !closed {
			b.WriteString("${" + rest)
			s = ""
			continue
		}
		if len(name) < len(inner) {
			if !strings.HasPrefix(otherwise, "-") {
				// The next reference may begin within this one.
				b.WriteString("${")
				s = rest
				continue
			}
			otherwise = otherwise[1:]
		}
		b.WriteString(resolve(name, otherwise))
		s = after
	}
}
