package builtin

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dewar-go/dewar/jinja/internal/output"
	"github.com/dewar-go/dewar/jinja/internal/value"
	"github.com/dewar-go/dewar/markup"
)

// AppendFilter is a filter that appends the printed result: escaped where the call stands in an autoescaped place, else
// its text. When it fails, buf may have grown by a part of the result.
type AppendFilter func(st State, buf []byte, v Value, a Args) ([]byte, error)

// Stream holds the filters that have the form AppendFilter, for the last filter of a printed expression. Each appends
// the same bytes as printing the result of the filter of the same name in [Filters], without making a string.
var Stream = map[string]AppendFilter{
	"capitalize": streamCased(capitalize, &upperASCII, &lowerASCII, false),
	"count":      streamLength,
	"d":          streamDefault,
	"default":    streamDefault,
	"e":          streamEscape,
	"escape":     streamEscape,
	"format":     streamFormat,
	"int":        streamInt,
	"join":       streamJoin,
	"length":     streamLength,
	"lower":      streamCased(lower, &lowerASCII, &lowerASCII, false),
	"replace":    streamReplace,
	"round":      streamRound,
	"safe":       streamSafe,
	"string":     streamString,
	"title":      streamCased(title, &upperASCII, &lowerASCII, true),
	"tojson":     streamJSON,
	"trim":       streamTrim,
	"truncate":   streamTruncate,
	"upper":      streamCased(upper, &upperASCII, &upperASCII, false),
	"urlencode":  streamURLEncode,
}

// emit prints v.
func emit(st State, buf []byte, v Value) ([]byte, error) {
	if st.Autoescape() {
		return value.AppendEscaped(buf, v)
	}
	return value.AppendStr(buf, v)
}

// emitText prints a text. safe says that it is Markup.
func emitText(st State, buf []byte, s string, safe bool) []byte {
	if safe || !st.Autoescape() {
		return append(buf, s...)
	}
	return markup.AppendEscape(buf, s)
}

// escapeFrom escapes buf[start:] in an autoescaped place.
func escapeFrom(st State, buf []byte, start int) []byte {
	if !st.Autoescape() {
		return buf
	}
	return output.EscapeFrom(buf, start)
}

// streamValue makes an AppendFilter of a filter whose result is no text.
func streamValue(f value.Filter) AppendFilter {
	return func(st State, buf []byte, v Value, a Args) ([]byte, error) {
		r, err := f(st, v, a)
		if err != nil {
			return buf, err
		}
		return emit(st, buf, r)
	}
}

func streamEscape(st State, buf []byte, v Value, a Args) ([]byte, error) {
	if a.Len() > 0 {
		return buf, native("markupsafe._speedups.escape", a, 1)
	}
	return value.AppendEscaped(buf, v)
}

func streamFormat(st State, buf []byte, v Value, a Args) ([]byte, error) {
	s, ok := v.Str()
	if !ok || v.IsSafe() {
		return streamValue(format)(st, buf, v, a)
	}
	return appendFormat(st, buf, v, a, &value.Percent{Format: s})
}

// StreamFormat returns the filter format for a constant text.
func StreamFormat(text string) AppendFilter {
	f := value.NewPercent(text)
	return func(st State, buf []byte, v Value, a Args) ([]byte, error) { return appendFormat(st, buf, v, a, f) }
}

func appendFormat(st State, buf []byte, v Value, a Args, f *value.Percent) ([]byte, error) {
	if len(a.Kw) > 0 {
		return streamValue(format)(st, buf, v, a)
	}
	start := len(buf)
	buf, err := f.Append(st, buf, a.Pos)
	if err != nil || f.Plain {
		return buf, err
	}
	return escapeFrom(st, buf, start), nil
}

func streamSafe(st State, buf []byte, v Value, a Args) ([]byte, error) {
	if err := safeSig.none(a); err != nil {
		return buf, err
	}
	if s, ok := v.Str(); ok {
		return append(buf, s...), nil
	}
	if h, ok := v.HTML(); ok {
		return append(buf, h...), nil
	}
	return value.AppendStr(buf, v)
}

func streamString(st State, buf []byte, v Value, a Args) ([]byte, error) {
	if a.Len() > 0 {
		return buf, native("markupsafe._speedups.soft_str", a, 1)
	}
	if v.IsString() {
		return emit(st, buf, v)
	}
	// The text of a value is printed here even when the value has HTML of its own.
	start := len(buf)
	buf, err := value.AppendStr(buf, v)
	if err != nil {
		return buf, err
	}
	return escapeFrom(st, buf, start), nil
}

func streamLength(st State, buf []byte, v Value, a Args) ([]byte, error) {
	if a.Len() > 0 {
		return buf, native("len", a, 1)
	}
	n, err := value.Len(v)
	if err != nil {
		return buf, err
	}
	return strconv.AppendInt(buf, int64(n), 10), nil
}

func streamInt(st State, buf []byte, v Value, a Args) ([]byte, error) {
	if v.Kind() == value.KindInt && a.Len() == 0 {
		n, _ := v.Int64()
		return strconv.AppendInt(buf, n, 10), nil
	}
	r, err := toInt(st, v, a)
	if err != nil {
		return buf, err
	}
	return emit(st, buf, r)
}

func streamDefault(st State, buf []byte, v Value, a Args) ([]byte, error) {
	if len(a.Pos) < 2 && len(a.Kw) == 0 && !v.IsUndefined() {
		return emit(st, buf, v)
	}
	r, err := defaultFilter(st, v, a)
	if err != nil {
		return buf, err
	}
	return emit(st, buf, r)
}

// streamCased makes the AppendFilter of a filter that changes the case of ASCII text byte by byte: the first byte through
// first, the others through rest. With words, each word has a first byte. general is the filter for all else.
func streamCased(general value.Filter, first, rest *[utf8.RuneSelf]byte, words bool) AppendFilter {
	plain := streamValue(general)
	return func(st State, buf []byte, v Value, a Args) ([]byte, error) {
		s, ok := v.Str()
		if !ok || a.Len() > 0 {
			return plain(st, buf, v, a)
		}
		start := len(buf)
		out, special, ok := appendCased(buf, s, first, rest, words)
		if !ok {
			return plain(st, buf, v, a)
		}
		if special && (words || !v.IsSafe()) { // what title returns is never Markup
			out = escapeFrom(st, out, start)
		}
		return out, nil
	}
}

// appendCased appends s as streamCased says. special reports whether s has one of the five characters that are escaped;
// ok is false when s is not ASCII.
func appendCased(buf []byte, s string, first, rest *[utf8.RuneSelf]byte, words bool) (out []byte, special, ok bool) {
	start := len(buf)
	buf = append(buf, s...)
	table, all := first, byte(0)
	for i, c := range buf[start:] {
		if c >= utf8.RuneSelf {
			return buf[:start], false, false
		}
		buf[start+i] = table[c]
		table = rest
		if k := asciiKinds[c]; k != 0 {
			if all |= k; words && k&wordBreak != 0 {
				table = first
			}
		}
	}
	return buf, all&escaped != 0, true
}

// Kinds of ASCII characters.
const (
	escaped   = 1 << iota // one of the five that are escaped
	wordBreak             // a word begins behind it
)

var asciiKinds = func() (kinds [utf8.RuneSelf]byte) {
	for i := range kinds {
		if strings.IndexByte(`&<>'"`, byte(i)) >= 0 {
			kinds[i] |= escaped
		}
		if isWordBreak(rune(i)) {
			kinds[i] |= wordBreak
		}
	}
	return kinds
}()

// The upper and lower case of ASCII.
var upperASCII, lowerASCII = func() (upper, lower [utf8.RuneSelf]byte) {
	for i := range upper {
		upper[i], lower[i] = byte(unicode.ToUpper(rune(i))), byte(unicode.ToLower(rune(i)))
	}
	return upper, lower
}()

func streamTrim(st State, buf []byte, v Value, a Args) ([]byte, error) {
	if s, ok := v.Str(); ok && a.Len() == 0 {
		return emitText(st, buf, strings.TrimFunc(s, value.IsSpace), v.IsSafe()), nil
	}
	return streamValue(trim)(st, buf, v, a)
}

func streamTruncate(st State, buf []byte, v Value, a Args) ([]byte, error) {
	s, ok := v.Str()
	if !ok || v.IsSafe() {
		return streamValue(truncate)(st, buf, v, a)
	}
	var arg [4]Value
	if err := truncateSig.bind(arg[:], a); err != nil {
		return buf, err
	}
	if arg[3].IsNone() {
		arg[3] = st.Policy("truncate.leeway")
	}
	length, okLength := arg[0].Int64()
	end, okEnd := arg[2].Str()
	leeway, okLeeway := arg[3].Int64()
	endLen := int64(utf8.RuneCountInString(end))
	if !okLength || !okEnd || !okLeeway || arg[2].IsSafe() || arg[1].IsUndefined() || length < endLen || leeway < 0 || leeway > 1<<31 || length > 1<<31 {
		return streamValue(truncate)(st, buf, v, a)
	}
	if int64(len(s)) <= length+leeway || int64(utf8.RuneCountInString(s)) <= length+leeway {
		return emitText(st, buf, s, false), nil
	}
	s = s[:runeCut(s, int(length-endLen))]
	if !value.Truth(arg[1]) {
		if i := strings.LastIndexByte(s, ' '); i >= 0 {
			s = s[:i]
		}
	}
	return emitText(st, emitText(st, buf, s, false), end, false), nil
}

// streamJoin escapes each part by itself in an autoescaped place. The bytes are the same whether the joined text would
// be Markup or not.
func streamJoin(st State, buf []byte, v Value, a Args) ([]byte, error) {
	var arg [2]Value
	if err := joinSig.bind(arg[:], a); err != nil {
		return buf, err
	}
	seq, ok := value.Seq(v)
	if !ok {
		items, err := collect(st, v)
		if err != nil {
			return buf, err
		}
		v = value.NewTuple(items)
		seq, _ = value.Seq(v)
	}
	between, appendOne := value.AppendStr, value.AppendStr
	if st.Autoescape() {
		place := value.NewFragment(st)
		place.Begin(buf)
		between, appendOne = value.AppendEscaped, place.Append
	}
	var g *getter
	if !arg[1].IsNone() {
		g = newGetter(arg[1])
	}
	start, n := len(buf), seq.Len()
	if n < 2 {
		// The separator is converted even when it is not needed, because that may fail.
		var err error
		if buf, err = between(buf, arg[0]); err != nil {
			return buf, err
		}
		buf = buf[:start]
	}
	for i := range n {
		item := seq.At(i)
		var err error
		if g != nil {
			if item, err = g.get(st, item); err != nil {
				return buf, err
			}
		}
		if i > 0 {
			if buf, err = between(buf, arg[0]); err != nil {
				return buf, err
			}
		}
		if buf, err = appendOne(buf, item); err != nil {
			return buf, err
		}
		if i%1024 == 1023 {
			if err := st.Grow(len(buf) - start); err != nil {
				return buf, err
			}
		}
	}
	return buf, nil
}

// streamReplace handles plain text whose arguments are plain text.
func streamReplace(st State, buf []byte, v Value, a Args) ([]byte, error) {
	s, ok := v.Str()
	if !ok || v.IsSafe() || len(a.Pos) != 2 || len(a.Kw) > 0 || a.Pos[0].IsSafe() || a.Pos[1].IsSafe() {
		return streamValue(replace)(st, buf, v, a)
	}
	old, ok1 := a.Pos[0].Str()
	new, ok2 := a.Pos[1].Str()
	if !ok1 || !ok2 || old == "" {
		return streamValue(replace)(st, buf, v, a)
	}
	if len(new) > len(old) {
		if err := st.Grow(strings.Count(s, old) * (len(new) - len(old))); err != nil {
			return buf, err
		}
	}
	for {
		i := strings.Index(s, old)
		if i < 0 {
			return emitText(st, buf, s, false), nil
		}
		buf = emitText(st, emitText(st, buf, s[:i], false), new, false)
		s = s[i+len(old):]
	}
}

func streamJSON(st State, buf []byte, v Value, a Args) ([]byte, error) {
	return appendJSON(st, buf, v, a)
}

func streamURLEncode(st State, buf []byte, v Value, a Args) ([]byte, error) {
	start := len(buf)
	buf, err := appendURLEncoded(st, buf, v, a)
	if err != nil {
		return buf, err
	}
	return escapeFrom(st, buf, start), nil
}
