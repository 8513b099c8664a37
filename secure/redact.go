package secure

import (
	"slices"
	"strings"
)

// Redacted stands where a secret was.
const Redacted = "[secret]"

const (
	// maxRedact bounds the texts that [Redact] looks at, in bytes; the rest is cut.
	maxRedact = 64 << 10
	// redactSlack bounds by how much the marks make a text longer, in bytes. Once it
	// is used up, a secret shorter than the mark is one star.
	redactSlack = 1 << 10
)

// Redact takes what looks like a secret out of a text for a log or an error page,
// and every one of secrets that is at least six bytes long: the passwords of
// URLs and DSNs, the values of Authorization and Cookie headers, and of fields
// whose name is a [SensitiveName], as they stand in printed structs, maps, JSON,
// queries and connection strings. Texts above 64 KiB are cut.
//
// Both may come from outside: the secrets are looked for in the text as it was
// given, never in what was put in their place; the time is that of one look at each
// byte, and the result is at most 1 KiB longer than the text.
//
// It is a net below the rope: text that says nothing of what it is, such as a
// password alone, can be found only when it is among secrets.
func Redact(text string, secrets ...string) string {
	cut := len(text) > maxRedact
	if cut {
		text = strings.ToValidUTF8(text[:maxRedact], "")
	}
	r := redactor{text: text}
	r.secrets(secrets, cut)
	if strings.Contains(text, "@") {
		r.userinfo()
		r.dsn()
	}
	if strings.ContainsAny(text, "=: ") {
		r.pairs()
	}
	text = r.result()
	if cut {
		text += "…"
	}
	return text
}

// A redactor collects where the secrets of a text are.
type redactor struct {
	text  string
	found []span
	// unclosed says of a closing quote or bracket that the rest of the text has none,
	// so that it is looked for once.
	unclosed struct{ double, single, bracket bool }
	steps    int // bytes looked at
}

// A span is a part of a text, by its first byte and the one after its last.
type span struct{ from, to int }

func (r *redactor) add(from, to int) {
	if from < to {
		r.found = append(r.found, span{from, to})
	}
}

// result is the text with a mark in place of each secret. Secrets that overlap or
// touch have one.
func (r *redactor) result() string {
	if len(r.found) == 0 {
		return r.text
	}
	slices.SortFunc(r.found, func(a, b span) int { return a.from - b.from })
	var b strings.Builder
	b.Grow(len(r.text) + min(len(r.found)*len(Redacted), redactSlack))
	end, slack := 0, redactSlack
	for i := 0; i < len(r.found); {
		s := r.found[i]
		for i++; i < len(r.found) && r.found[i].from <= s.to; i++ {
			s.to = max(s.to, r.found[i].to)
		}
		b.WriteString(r.text[end:s.from])
		end = s.to
		more := len(Redacted) - (s.to - s.from)
		if more > slack {
			b.WriteByte('*')
			continue
		}
		slack -= max(more, 0)
		b.WriteString(Redacted)
	}
	b.WriteString(r.text[end:])
	return b.String()
}

// The lengths of secrets, in bytes.
const (
	// minSecret: shorter ones are not looked for, they would be found in any text.
	minSecret = 6
	// sureSecret is how much of a secret is taken for the whole: what follows is as
	// long as the text goes on like the secret.
	sureSecret = 32
)

// secrets finds the given secrets. When the text was cut, one that its end begins
// is found too.
func (r *redactor) secrets(list []string, cut bool) {
	list = slices.DeleteFunc(slices.Clone(list), func(s string) bool { return len(s) < minSecret })
	if len(list) == 0 {
		return
	}
	slices.Sort(list)
	list = slices.Compact(list)
	end := 0 // of what was found so far
	for i := range len(r.text) {
		part, cut := r.text[i:], cut
		if i+sureSecret <= end {
			part, cut = part[:sureSecret], true
		}
		if n := r.secretAt(list, part, cut); i+n > end {
			end = i + n
			r.add(i, end)
		}
	}
}

// secretAt is the length of the secret that text begins with, 0 for none. It goes
// down the sorted list as down a tree, a byte at a time. More than sureSecret bytes
// are looked at only where they go beyond what was found before.
func (r *redactor) secretAt(list []string, text string, cut bool) (n int) {
	for depth := 0; len(list) > 0; depth++ {
		r.steps++
		if len(list[0]) == depth {
			n, list = depth, list[1:]
		}
		if depth == len(text) {
			if cut && len(list) > 0 && depth >= minSecret {
				n = depth
			}
			return n
		}
		if len(list) > 0 && (list[0][depth] != text[depth] || list[len(list)-1][depth] != text[depth]) {
			list = list[firstAt(list, depth, int(text[depth])):]
			list = list[:firstAt(list, depth, int(text[depth])+1)]
		}
		if len(list) == 0 && depth >= sureSecret {
			n = depth
		}
	}
	return n
}

// firstAt is the index of the first of a sorted list whose byte at depth is c or
// more.
func firstAt(list []string, depth, c int) int {
	i, _ := slices.BinarySearchFunc(list, c, func(s string, c int) int { return int(s[depth]) - c })
	return i
}
