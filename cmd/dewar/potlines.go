package main

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lines of a catalogue are broken as Babel does.

var poEscaper = strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\r", `\r`, "\n", `\n`, `"`, `\"`)

func quote(s string) string { return `"` + poEscaper.Replace(s) + `"` }

// width returns the number of characters of s when it is written, without the quotes.
func width(s string) int { return utf8.RuneCountInString(poEscaper.Replace(s)) }

// normalize returns s as one quoted string, or as an empty one followed by several lines.
func normalize(s string, most int) string {
	var lines []string
	for _, line := range splitLines(s) {
		if most <= 0 || width(line)+2 <= most {
			lines = append(lines, line)
			continue
		}
		for words := poWords(line); len(words) > 0; {
			n, size := 0, 2
			for n < len(words) && size+width(words[n]) < most {
				size += width(words[n])
				n++
			}
			n = max(n, 1) // a text that is too long has its own line
			lines = append(lines, strings.Join(words[:n], ""))
			words = words[n:]
		}
	}
	if len(lines) <= 1 {
		return quote(s)
	}
	var b strings.Builder
	b.WriteString(`""`)
	for _, line := range lines {
		b.WriteString("\n" + quote(line))
	}
	return b.String()
}

// splitLines is Python's splitlines(True).
func splitLines(s string) (lines []string) {
	for s != "" {
		i := strings.IndexAny(s, "\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029")
		if i < 0 {
			return append(lines, s)
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		if strings.HasPrefix(s[i:], "\r\n") {
			size = 2
		}
		lines = append(lines, s[:i+size])
		s = s[i+size:]
	}
	return lines
}

func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) }

func isASCIILetter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }

// poWords splits a line where it may be broken: around white space, after the hyphen of a compound word and around a
// dash.
func poWords(line string) (words []string) {
	r := []rune(line)
	from := 0
	for i := 0; i < len(r); {
		n := spaces(r[i:])
		if n == 0 {
			n = compound(r[i:])
		}
		if n == 0 {
			n = dash(r, i)
		}
		if n == 0 {
			i++
			continue
		}
		if from < i {
			words = append(words, string(r[from:i]))
		}
		words = append(words, string(r[i:i+n]))
		i += n
		from = i
	}
	if from < len(r) {
		words = append(words, string(r[from:]))
	}
	return words
}

func spaces(r []rune) int {
	n := 0
	for n < len(r) && unicode.IsSpace(r[n]) {
		n++
	}
	return n
}

// compound returns the length of the first part of a word with a hyphen.
func compound(r []rune) int {
	i := 0
	for i < len(r) && !unicode.IsSpace(r[i]) && !isWord(r[i]) {
		i++
	}
	start := i
	for i < len(r) && isWord(r[i]) {
		i++
	}
	if i-start < 2 || !isASCIILetter(r[i-1]) || i >= len(r) || r[i] != '-' {
		return 0
	}
	for j := i + 1; j < len(r) && isWord(r[j]); j++ {
		if j > i+1 && isASCIILetter(r[j]) {
			return i + 1
		}
	}
	return 0
}

// dash returns the length of the dashes at i that separate two words.
func dash(r []rune, i int) int {
	n := 0
	for i+n < len(r) && r[i+n] == '-' {
		n++
	}
	if n < 2 || i == 0 || i+n >= len(r) || !isWord(r[i+n]) || !isWord(r[i-1]) && !strings.ContainsRune(`!"'&.,?`, r[i-1]) {
		return 0
	}
	return n
}

// wrapText breaks text into lines of at most most characters, as Python's textwrap does. Lines after the first leave
// room for the prefix.
func wrapText(text string, most int, prefix string) (lines []string) {
	chunks := textChunks(strings.Map(func(r rune) rune {
		if strings.ContainsRune("\t\n\v\f\r", r) {
			return ' '
		}
		return r
	}, strings.ReplaceAll(text, "\t", "        ")))
	for len(chunks) > 0 {
		room := most
		if len(lines) > 0 {
			room -= utf8.RuneCountInString(prefix)
			if strings.TrimSpace(chunks[0]) == "" {
				chunks = chunks[1:]
			}
		}
		n, size := 0, 0
		for n < len(chunks) && size+utf8.RuneCountInString(chunks[n]) <= room {
			size += utf8.RuneCountInString(chunks[n])
			n++
		}
		n = min(max(n, 1), len(chunks))
		line := chunks[:n]
		chunks = chunks[n:]
		if len(line) > 0 && strings.TrimSpace(line[len(line)-1]) == "" {
			line = line[:len(line)-1]
		}
		if len(line) > 0 {
			lines = append(lines, strings.Join(line, ""))
		}
	}
	return lines
}

// textChunks splits text into words, white space and dashes.
func textChunks(text string) (chunks []string) {
	r := []rune(text)
	from := 0
	for i := 0; i < len(r); {
		n := spaces(r[i:])
		if n == 0 {
			n = dash(r, i)
		}
		if n == 0 {
			i++
			continue
		}
		if from < i {
			chunks = append(chunks, string(r[from:i]))
		}
		chunks = append(chunks, string(r[i:i+n]))
		i += n
		from = i
	}
	if from < len(r) {
		chunks = append(chunks, string(r[from:]))
	}
	return chunks
}
