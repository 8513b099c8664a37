package builtin

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

// isEmail reports whether s looks like local@host.name.
func isEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	if at <= 0 {
		return false
	}
	host := s[at+1:]
	first, n := utf8.DecodeRuneInString(host)
	dot := strings.LastIndexByte(host, '.')
	if n == 0 || !isWord(first) || dot < n || dot == len(host)-1 {
		return false
	}
	for i, r := range host {
		if !isWord(r) && (i > dot || r != '.' && r != '-') {
			return false
		}
	}
	return true
}

type linkOptions struct {
	limit        int // greatest number of characters of a link's text, when limited
	limited      bool
	badLimit     error
	attrs        string // the attributes of every link: rel and target
	extraSchemes []string
}

// urlize turns the addresses in text, which is HTML already, into links.
func urlize(text string, o linkOptions) ([]byte, error) {
	out := make([]byte, 0, len(text)+len(text)/2)
	for text != "" {
		n := strings.IndexFunc(text, value.IsSpace)
		if n < 0 {
			n = len(text)
		}
		if n > 0 {
			var err error
			if out, err = appendLinked(out, text[:n], o); err != nil {
				return nil, err
			}
			text = text[n:]
		}
		n = strings.IndexFunc(text, func(r rune) bool { return !value.IsSpace(r) })
		if n < 0 {
			n = len(text)
		}
		out = append(out, text[:n]...)
		text = text[n:]
	}
	return out, nil
}

// appendLinked appends a word, as a link when it is an address. Each step takes time linear in the length of the word
// (CVE-2020-28493).
func appendLinked(out []byte, word string, o linkOptions) ([]byte, error) {
	from, to := 0, len(word)
	for {
		if from < to && (word[from] == '(' || word[from] == '<') {
			from++
		} else if strings.HasPrefix(word[from:], "&lt;") {
			from += len("&lt;")
		} else {
			break
		}
	}
	for to > from {
		if strings.IndexByte(")>.,", word[to-1]) >= 0 {
			to--
		} else if strings.HasSuffix(word[from:to], "&gt;") {
			to -= len("&gt;")
		} else {
			break
		}
	}
	// A closing parenthesis that was opened inside the address belongs to the address.
	for _, pair := range [...][2]string{{"(", ")"}, {"<", ">"}, {"&lt;", "&gt;"}} {
		opened := strings.Count(word[from:to], pair[0])
		if opened <= strings.Count(word[from:to], pair[1]) {
			continue
		}
		for range min(opened, strings.Count(word[to:], pair[1])) {
			to += strings.Index(word[to:], pair[1]) + len(pair[1])
		}
	}
	s := word[from:to]
	out = append(out, word[:from]...)
	switch {
	case isWebAddress(s):
		if o.badLimit != nil {
			return out, o.badLimit
		}
		out = append(out, `<a href="`...)
		if !strings.HasPrefix(s, "https://") && !strings.HasPrefix(s, "http://") {
			out = append(out, "https://"...)
		}
		out = append(append(append(append(out, s...), '"'), o.attrs...), '>')
		out = append(appendTrimmed(out, s, o), "</a>"...)
	case strings.HasPrefix(s, "mailto:") && isEmail(s[len("mailto:"):]):
		out = append(append(append(out, `<a href="`...), s...), `">`...)
		out = append(append(out, s[len("mailto:"):]...), "</a>"...)
	case strings.IndexByte(s, '@') > 0 && !strings.HasPrefix(s, "www.") && strings.IndexByte(s, ':') < 0 && isEmail(s):
		out = append(append(append(out, `<a href="mailto:`...), s...), `">`...)
		out = append(append(out, s...), "</a>"...)
	default:
		linked := false
		for _, scheme := range o.extraSchemes {
			if s != scheme && strings.HasPrefix(s, scheme) {
				out = append(append(append(out, `<a href="`...), s...), '"')
				out = append(append(append(append(out, o.attrs...), '>'), s...), "</a>"...)
				linked = true
				break
			}
		}
		if !linked {
			out = append(out, s...)
		}
	}
	return append(out, word[to:]...), nil
}

func appendTrimmed(out []byte, s string, o linkOptions) []byte {
	if !o.limited || utf8.RuneCountInString(s) <= o.limit {
		return append(out, s...)
	}
	return append(append(out, runePrefix(s, o.limit)...), "..."...)
}

// sortedSet sorts list and removes repeated items.
func sortedSet(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// isScheme reports whether s can begin an address: at least two letters, digits, dots, pluses or hyphens, a colon, and
// up to two slashes.
func isScheme(s string) bool {
	name, slashes, ok := strings.Cut(s, ":")
	if !ok || slashes != "" && slashes != "/" && slashes != "//" || utf8.RuneCountInString(name) < 2 {
		return false
	}
	for _, r := range name {
		if !isWord(r) && r != '.' && r != '+' && r != '-' {
			return false
		}
	}
	return true
}
