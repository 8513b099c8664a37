package secure

import (
	"fmt"
	"net/http"
	"strings"
)

// An element is one hop of a Forwarded header. A part that was not given is
// absent from has.
type element struct {
	node, proto, host          string
	hasNode, hasProto, hasHost bool
}

// maxElements bounds the hops of one Forwarded header.
const maxElements = 64

// forwarded reads the Forwarded header and returns the header to keep.
func (p *Proxies) forwarded(h http.Header, o *Origin) (http.Header, error) {
	lines := h["Forwarded"]
	if len(lines) == 0 {
		return nil, nil
	}
	elements, err := parseForwarded(lines)
	if err != nil {
		return nil, err
	}
	at := func(count int) element {
		if count == 0 || count > len(elements) {
			return element{}
		}
		return elements[len(elements)-count]
	}
	var kept []string
	if e := at(p.config.For); e.hasNode {
		a, known, ok := parseNode(e.node)
		if !ok {
			return nil, fmt.Errorf("%w: the for of Forwarded", ErrForwarded)
		}
		if known {
			o.Addr = a
		}
		kept = append(kept, "for="+quote(e.node))
	}
	if e := at(p.config.Proto); e.hasProto {
		scheme, ok := parseScheme(e.proto)
		if !ok {
			return nil, fmt.Errorf("%w: the proto of Forwarded", ErrForwarded)
		}
		o.Scheme = scheme
		kept = append(kept, "proto="+scheme)
	}
	if e := at(p.config.Host); e.hasHost {
		if _, _, ok := SplitHost(e.host); !ok {
			return nil, fmt.Errorf("%w: the host of Forwarded", ErrForwarded)
		}
		o.Host = e.host
		kept = append(kept, "host="+quote(e.host))
	}
	if len(kept) == 0 {
		return nil, nil
	}
	return http.Header{"Forwarded": {strings.Join(kept, ";")}}, nil
}

// parseForwarded reads the lines of a Forwarded header by the grammar of RFC
// 7239, section 4. The whole header has to be well formed, the hops outside
// the trusted ones included: a quote left open by a client would otherwise
// swallow the hop that a proxy appended. Unknown parameters are skipped, a
// parameter that occurs twice in one hop is an error.
func parseForwarded(lines []string) ([]element, error) {
	total := 0
	for _, line := range lines {
		total += len(line)
	}
	if total > maxForwarded {
		return nil, fmt.Errorf("%w: Forwarded has more than %d bytes", ErrForwarded, maxForwarded)
	}
	var elements []element
	for _, line := range lines {
		rest := line
		for {
			e, tail, ok := parseElement(rest)
			if !ok || len(elements) == maxElements {
				return nil, fmt.Errorf("%w: Forwarded", ErrForwarded)
			}
			elements = append(elements, e)
			if tail == "" {
				break
			}
			rest = tail[1:] // the comma
		}
	}
	return elements, nil
}

// parseElement reads one hop. tail is empty or begins with the comma after
// it.
func parseElement(s string) (e element, tail string, ok bool) {
	for {
		s = strings.TrimLeft(s, " \t")
		n := tokenLength(s)
		if n > 0 {
			name := s[:n]
			if s = s[n:]; s == "" || s[0] != '=' {
				return e, "", false
			}
			var value string
			if value, s, ok = parseValue(s[1:]); !ok || !e.set(name, value) {
				return e, "", false
			}
			s = strings.TrimLeft(s, " \t")
		}
		switch {
		case s == "" || s[0] == ',':
			return e, s, true
		case s[0] != ';':
			return e, "", false
		}
		s = s[1:]
	}
}

// set stores a parameter; it fails on the second of a name.
func (e *element) set(name, value string) bool {
	var field *string
	var has *bool
	switch strings.ToLower(name) {
	case "for":
		field, has = &e.node, &e.hasNode
	case "proto":
		field, has = &e.proto, &e.hasProto
	case "host":
		field, has = &e.host, &e.hasHost
	default:
		return true
	}
	if *has {
		return false
	}
	*field, *has = value, true
	return true
}

// parseValue reads a token or a quoted string.
func parseValue(s string) (value, rest string, ok bool) {
	if s == "" || s[0] != '"' {
		n := tokenLength(s)
		return s[:n], s[n:], n > 0
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '"':
			return b.String(), s[i+1:], true
		case c == '\\':
			if i++; i == len(s) {
				return "", "", false
			}
			c = s[i]
		}
		if c < ' ' && c != '\t' || c == 0x7F {
			return "", "", false
		}
		b.WriteByte(c)
	}
	return "", "", false
}

// tokenLength is the length of the token (RFC 9110, section 5.6.2) at the
// start of s.
func tokenLength(s string) int {
	for i := range len(s) {
		if !isToken(s[i]) {
			return i
		}
	}
	return len(s)
}

func isToken(c byte) bool {
	return isAlnum(c) || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}

// quote writes a value as a token where it is one.
func quote(s string) string {
	if s != "" && tokenLength(s) == len(s) {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	b.WriteByte('"')
	return b.String()
}
