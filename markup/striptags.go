package markup

import (
	"strings"
	"unicode"
)

// StripTags returns the text of s on one line: comments and tags are removed,
// runs of white space become one space, white space at the ends goes, and
// character references are replaced as by [Unescape]. It does what
// MarkupSafe 3 does, in time linear in len(s).
//
// It makes a summary of markup readable. It does not make anything safe: the
// result is plain text and may contain what looks like tags.
func StripTags(s string) string {
	s = stripTags(stripComments(s))
	return Unescape(collapse(s))
}

// stripComments removes comments, also those whose marks meet only because a
// comment between them is gone.
func stripComments(s string) string {
	const open, end = "<!--", "-->"
	i := strings.Index(s, open)
	if i < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	k := 0 // how many bytes of the opening mark are the last of out
	for i >= 0 {
		if k == 0 {
			out = append(out, s[:i]...)
			s = s[i:]
		}
		// The closing mark may share its hyphens with the opening one ("<!-->").
		var head string
		if k > 0 {
			head = open[:k] + s[:min(len(s), 4)]
			if j := strings.Index(head, end); j >= 0 {
				s = s[j+len(end)-k:]
			} else if j = strings.Index(s, end); j >= 0 {
				s = s[j+len(end):]
			} else {
				break
			}
			out = out[:len(out)-k]
		} else if j := strings.Index(s, end); j >= 0 {
			s = s[j+len(end):]
		} else {
			break
		}
		k = 0
		for n := min(len(out), len(open)-1); n > 0; n-- {
			if string(out[len(out)-n:]) == open[:n] && strings.HasPrefix(s, open[n:]) {
				k = n
				break
			}
		}
		if k > 0 {
			i = 0
		} else {
			i = strings.Index(s, open)
		}
	}
	return string(append(out, s...))
}

func stripTags(s string) string {
	i := strings.IndexByte(s, '<')
	if i < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for i >= 0 {
		j := strings.IndexByte(s[i:], '>')
		if j < 0 {
			break
		}
		out = append(out, s[:i]...)
		s = s[i+j+1:]
		i = strings.IndexByte(s, '<')
	}
	return string(append(out, s...))
}

// collapse joins the words of s with single spaces.
func collapse(s string) string {
	return strings.Join(strings.FieldsFunc(s, isSpace), " ")
}

// isSpace reports what Python's str.split takes for white space: Unicode's
// White_Space and the four information separators.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || 0x1C <= r && r <= 0x1F
}
