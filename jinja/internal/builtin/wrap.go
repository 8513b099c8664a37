package builtin

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/dewar-go/dewar/jinja/internal/value"
	"github.com/dewar-go/dewar/markup"
)

// wrapOptions are the options of textwrap.wrap that the filter wordwrap sets.
type wrapOptions struct {
	width          int
	breakLongWords bool
	splitOnHyphens bool // words are split at hyphens: break_on_hyphens is exactly True
	breakAtHyphens bool // long words are broken after hyphens: break_on_hyphens counts as true
}

// wrapLine breaks a paragraph into lines of at most width characters as textwrap.wrap does. The option drop_whitespace
// is on; white space is neither expanded nor replaced.
func wrapLine(s string, o wrapOptions) []string {
	var chunks []string
	if o.splitOnHyphens {
		chunks = splitWords(s)
	} else {
		chunks = splitSpaces(s)
	}
	var lines []string
	for len(chunks) > 0 {
		if len(lines) > 0 && isBlank(chunks[0]) {
			chunks = chunks[1:]
		}
		// A line is a run of chunks. Chunks follow each other in s. When a word is broken, the rest of it becomes the
		// next chunk.
		line := make([]string, 0, 8)
		used := 0
		for len(chunks) > 0 {
			n := runeCutLen(chunks[0], o.width+1)
			if used+n > o.width {
				break
			}
			line = append(line, chunks[0])
			used += n
			chunks = chunks[1:]
		}
		if len(chunks) > 0 && runeCutLen(chunks[0], o.width+1) > o.width {
			word := chunks[0]
			if o.breakLongWords {
				cut := runeCut(word, o.width-used)
				if o.breakAtHyphens {
					if h := strings.LastIndexByte(word[:cut], '-'); h > 0 && strings.Trim(word[:h], "-") != "" {
						cut = h + 1
					}
				}
				line = append(line, word[:cut])
				chunks[0] = word[cut:]
			} else if len(line) == 0 {
				line = append(line, word)
				chunks = chunks[1:]
			}
		}
		if n := len(line); n > 0 && isBlank(line[n-1]) {
			line = line[:n-1]
		}
		if len(line) > 0 {
			lines = append(lines, strings.Join(line, ""))
		}
	}
	return lines
}

// isBlank reports whether s is empty or white space.
func isBlank(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !value.IsSpace(r) }) < 0
}

// splitSpaces splits s into words and the white space between them.
func splitSpaces(s string) []string {
	var chunks []string
	for s != "" {
		space := isASCIISpace(rune(s[0]))
		n := strings.IndexFunc(s, func(r rune) bool { return isASCIISpace(r) != space })
		if n < 0 {
			n = len(s)
		}
		chunks = append(chunks, s[:n])
		s = s[n:]
	}
	return chunks
}

// splitWords splits s as splitSpaces does, and also after the hyphens of compound words and around dashes of two or
// more hyphens.
func splitWords(s string) []string {
	rs := []rune(s)
	// at returns the character at i, or -1 outside of the text.
	at := func(i int) rune {
		if i < 0 || i >= len(rs) {
			return -1
		}
		return rs[i]
	}
	// beforeDash reports whether a dash may follow the character.
	beforeDash := func(r rune) bool { return r >= 0 && (isWord(r) || strings.ContainsRune(`!"'&.,?`, r)) }
	// dash returns the length of the dash at i when it stands between words, or 0.
	dash := func(i int) int {
		if at(i) != '-' || at(i+1) != '-' || !beforeDash(at(i-1)) {
			return 0
		}
		n := 2
		for at(i+n) == '-' {
			n++
		}
		if !isWord(at(i + n)) {
			return 0
		}
		return n
	}
	// compound reports whether the character at i is the hyphen of a compound word. Two letters, or a letter after a
	// hyphen and a letter, stand before it, and the same in reverse after it.
	compound := func(i int) bool {
		return at(i) == '-' && isLetter(at(i-1)) &&
			(isLetter(at(i-2)) || at(i-2) == '-' && isLetter(at(i-3))) &&
			isLetter(at(i+1)) &&
			(isLetter(at(i+2)) || at(i+2) == '-' && isLetter(at(i+3)))
	}
	var chunks []string
	pos := 0 // in bytes
	emit := func(from, to int) {
		n := 0
		for _, r := range rs[from:to] {
			if r == utf8.RuneError {
				// RuneError is one byte that is not UTF-8, or the character U+FFFD itself.
				_, w := utf8.DecodeRuneInString(s[pos+n:])
				n += w
				continue
			}
			n += utf8.RuneLen(r)
		}
		chunks = append(chunks, s[pos:pos+n])
		pos += n
	}
	for i := 0; i < len(rs); {
		j := i
		switch {
		case isASCIISpace(rs[i]):
			for j < len(rs) && isASCIISpace(rs[j]) {
				j++
			}
		case dash(i) > 0:
			j = i + dash(i)
		default:
			for j = i + 1; ; j++ {
				if compound(j) {
					j++
					break
				}
				if j == len(rs) || isASCIISpace(rs[j]) || dash(j) > 0 {
					break
				}
			}
		}
		emit(i, j)
		i = j
	}
	return chunks
}

var wordwrapSig = sig("do_wordwrap", []string{"environment", "s"}, value.Opt("width", value.Int(79)),
	value.Opt("break_long_words", value.True), value.Opt("wrapstring", value.None), value.Opt("break_on_hyphens", value.True))

// wordwrap is the filter wordwrap: it breaks the lines of v at width. The result is Markup only when wrapstring is.
func wordwrap(st State, v Value, a Args) (Value, error) {
	var arg [4]Value
	if err := wordwrapSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	sep := arg[2]
	if sep.IsNone() {
		sep = st.Policy("newline_sequence")
		if !sep.IsString() {
			sep = value.String("\n")
		}
	}
	between, ok := sep.Str()
	if !ok {
		_, err := attribute(sep, "join")
		return Value{}, err
	}
	paragraphs, err := linesOf(st, v)
	if err != nil {
		return Value{}, err
	}
	var o wrapOptions
	if o.breakLongWords, err = truth(arg[1]); err != nil {
		return Value{}, err
	}
	if o.breakAtHyphens, err = truth(arg[3]); err != nil {
		return Value{}, err
	}
	o.splitOnHyphens = value.Is(arg[3], value.True)
	if len(paragraphs) > 0 {
		if positive, err := compare(value.Gt, arg[0], value.Int(0)); err != nil {
			return Value{}, swapCompareError(err, arg[0])
		} else if !positive {
			w, err := value.ReprOf(arg[0])
			return Value{}, orElse(err, valueError("invalid width %s (must be > 0)", w))
		}
		w, ok := arg[0].Float64()
		if !ok || w > math.MaxInt32 {
			w = math.MaxInt32
		}
		o.width = int(w)
	}
	var buf []byte
	for i, p := range paragraphs {
		if i > 0 {
			buf = append(buf, between...)
		}
		lines := wrapLine(p, o)
		if err := st.Grow(len(p) + len(lines)*(len(between)+1)); err != nil {
			return Value{}, err
		}
		if len(buf)+len(lines)*len(between) > maxText {
			return Value{}, value.NewError("MemoryError", "")
		}
		for j, line := range lines {
			if j > 0 {
				buf = append(buf, between...)
			}
			if sep.IsSafe() {
				buf = markup.AppendEscape(buf, line)
			} else {
				buf = append(buf, line...)
			}
		}
	}
	return like(sep, string(buf)), nil
}

// linesOf returns v.splitlines().
func linesOf(st State, v Value) ([]string, error) {
	if s, ok := v.Str(); ok {
		return value.SplitLines(s, false), nil
	}
	lines, err := method(st, v, "splitlines")
	if err != nil {
		return nil, err
	}
	list, err := value.Collect(lines)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(list))
	for i, line := range list {
		s, ok := line.Str()
		if line.Kind() == value.KindBytes {
			return nil, typeError("cannot use a string pattern on a bytes-like object")
		}
		if !ok {
			return nil, typeError("expected string or bytes-like object, got '%s'", value.TypeName(line))
		}
		out[i] = s
	}
	return out, nil
}

// swapCompareError returns the error that "width <= 0" has in Python when width cannot be compared.
func swapCompareError(err error, width Value) error {
	if isClass(err, "TypeError") {
		return typeError("'<=' not supported between instances of '%s' and 'int'", value.TypeName(width))
	}
	return err
}
