package markup

import (
	"strings"
	"unicode"
)

// StripTags returns the text of s on one line. Comments and tags are removed, each run of white space becomes one
// space, and white space at the ends is removed. Character references are replaced as by [Unescape]. It does what
// MarkupSafe 3 does, in time linear in len(s).
//
// It makes a readable summary of markup. It makes nothing safe: the result is plain text and may look like tags.
func StripTags(s string) string {
	s = stripTags(stripComments(s))
	return Unescape(collapse(s))
}

// stripComments removes comments, as well as those that arise when removing a comment joins the parts of a mark.
func stripComments(s string) string {
	const open, end = "<!--", "-->"
	i := strings.Index(s, open)
	if i < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	k := 0 // number of bytes at the end of out that begin an opening mark
	for i >= 0 {
		if k == 0 {
			out = append(out, s[:i]...)
			s = s[i:]
		}
		// The marks may share their hyphens, as in "<!-->".
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

// isSpace reports whether Python's str.split splits at r: at Unicode's White_Space and the four information separators.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || 0x1C <= r && r <= 0x1F
}
