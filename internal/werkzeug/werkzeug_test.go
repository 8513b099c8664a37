package werkzeug_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/dewar-go/dewar/internal/werkzeug"
)

// recorded is a case of testdata/record.py.
type recorded struct {
	Kind, Input string
	Answer      json.RawMessage
}

// bytesOf undoes the Latin-1 that stands for bytes.
func bytesOf(s string) string {
	var b []byte
	for _, r := range s {
		b = append(b, byte(r))
	}
	return string(b)
}

// TestWerkzeug compares with what Werkzeug made of the same bytes.
func TestWerkzeug(t *testing.T) {
	path := os.Getenv("WERKZEUG_CASES")
	if path == "" {
		path = "testdata/golden.json"
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var cases []recorded
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	differ := map[string]int{}
	for _, c := range cases {
		input := bytesOf(c.Input)
		if why := difference(c.Kind, input, c.Answer); why != "" {
			differ[c.Kind+": "+why]++
			continue
		}
		count[c.Kind]++
		if got, want := answer(c.Kind, input), compact(c.Answer); got != want {
			t.Errorf("%s %q:\n got %s\nwant %s", c.Kind, input, got, want)
		}
	}
	for _, kind := range []string{"query", "cookie", "options", "multipart", "json"} {
		if count[kind] < 10 {
			t.Errorf("only %d cases of %s", count[kind], kind)
		}
	}
	t.Log(count, differ)
}

// difference names one of the differences of the package comment, "" for a case
// that must be equal.
func difference(kind, input string, answer json.RawMessage) string {
	failed := string(answer) == "null"
	switch kind {
	case "cookie":
		if inner := strings.Split(input, `"`); len(inner) > 2 && slices.ContainsFunc(inner[1:], func(s string) bool { return strings.Contains(s, ";") }) {
			return "a semicolon between quotes"
		}
	case "options":
		switch {
		case failed:
			return "Werkzeug fails"
		case strings.Contains(input, "%22"):
			return "%22"
		case malformed(input):
			return "malformed"
		}
	case "multipart":
		if failed {
			return "Werkzeug makes an empty form of an error"
		}
	}
	return ""
}

// malformed reports whether a header with parameters is one that no client
// writes; versions of Werkzeug differ about them.
func malformed(input string) bool {
	for i, p := range strings.Split(input, ";") {
		key, value, _ := strings.Cut(p, "=")
		quoted := strings.HasPrefix(value, `"`) && strings.HasSuffix(value, `"`) && len(value) > 1 && !strings.ContainsAny(value[1:len(value)-1], `"\`)
		if i > 0 && (strings.TrimSpace(p) == "" || strings.ContainsAny(strings.TrimSpace(key), "\"\\ %'") || strings.ContainsAny(value, `"\,*`) && !quoted || strings.HasPrefix(value, " ")) {
			return true
		}
		if strings.Contains(key, "*") && !strings.Contains(value, "''") || strings.Count(input, "=") > 1 && strings.Contains(input, "*") || strings.Contains(value, "=") || strings.TrimSpace(key) == "*" {
			return true
		}
	}
	return strings.TrimSpace(strings.SplitN(input, ";", 2)[0]) == "" || strings.Contains(strings.SplitN(input, ";", 2)[0], " ")
}

func compact(raw json.RawMessage) string {
	var v any
	_ = json.Unmarshal(raw, &v)
	if s, ok := v.(string); ok {
		return s
	}
	return text(v)
}

func text(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// answer gives the package's own answer in the form of the recorded ones.
func answer(kind, input string) string {
	switch kind {
	case "query":
		return text(pairs(werkzeug.Query(input)))
	case "cookie":
		return text(pairs(werkzeug.Cookies([]string{input})))
	case "options":
		value, options := werkzeug.Options(werkzeug.Text(input))
		var list [][]string
		for k, v := range options {
			list = append(list, []string{k, v})
		}
		slices.SortFunc(list, slices.Compare)
		return text([]any{value, orEmpty(list)})
	case "multipart":
		f, err := werkzeug.ReadMultipart(strings.NewReader(input), "b", werkzeug.Limits{Fields: 100, Files: 100, Memory: 1 << 20})
		if err != nil {
			return "null"
		}
		defer func() { _ = f.Whole.RemoveAll() }()
		var files [][]string
		for _, file := range f.Files {
			files = append(files, []string{file.Name, file.Header.Filename, latin1(content(file))})
		}
		return text([]any{pairs(f.Fields), orEmpty(files)})
	case "json":
		var v any
		if json.Unmarshal(werkzeug.JSON([]byte(input)), &v) != nil {
			return "null"
		}
		return ascii(text(v))
	}
	return ""
}

func content(f werkzeug.File) string {
	r, err := f.Header.Open()
	if err != nil {
		return err.Error()
	}
	defer func() { _ = r.Close() }()
	b, err := io.ReadAll(r)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func latin1(s string) string {
	r := make([]rune, len(s))
	for i := range len(s) {
		r[i] = rune(s[i])
	}
	return string(r)
}

// pairs lists pairs as MultiDict.items does: those of one name together.
func pairs(list []werkzeug.Pair) [][]string {
	out := [][]string{}
	first := map[string]int{}
	for i, p := range list {
		out = append(out, []string{p.Name, p.Value})
		if _, ok := first[p.Name]; !ok {
			first[p.Name] = i
		}
	}
	slices.SortStableFunc(out, func(a, b []string) int { return first[a[0]] - first[b[0]] })
	return out
}

func orEmpty(list [][]string) [][]string {
	if list == nil {
		return [][]string{}
	}
	return list
}

// ascii writes a JSON text as Python does.
func ascii(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case r > 0xFFFF:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xD800+r>>10, 0xDC00+r&0x3FF)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// TestMultipartInPieces: what is read does not depend on how the bytes arrive.
func TestMultipartInPieces(t *testing.T) {
	raw, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []recorded
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	limits := werkzeug.Limits{Fields: 9, Files: 9, Memory: 1}
	for _, c := range cases {
		if c.Kind != "multipart" {
			continue
		}
		input := bytesOf(c.Input)
		whole, errWhole := werkzeug.ReadMultipart(strings.NewReader(input), "b", limits)
		pieces, errPieces := werkzeug.ReadMultipart(iotest.DataErrReader(iotest.OneByteReader(strings.NewReader(input))), "b", limits)
		if fmt.Sprint(errWhole) != fmt.Sprint(errPieces) {
			t.Errorf("%q: error %v in one piece, %v byte by byte", input, errWhole, errPieces)
		}
		if errWhole != nil {
			continue
		}
		if !slices.Equal(whole.Fields, pieces.Fields) || len(whole.Files) != len(pieces.Files) {
			t.Errorf("%q: %v in one piece, %v byte by byte", input, whole, pieces)
			continue
		}
		for i := range whole.Files {
			if a, b := content(whole.Files[i]), content(pieces.Files[i]); a != b {
				t.Errorf("%q: file %q in one piece, %q byte by byte", input, a, b)
			}
		}
		_, _ = whole.Whole.RemoveAll(), pieces.Whole.RemoveAll()
	}
}

// TestMultipartErrors: a form that cannot be read is never taken for an empty one.
func TestMultipartErrors(t *testing.T) {
	field := "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n"
	file := "--b\r\nContent-Disposition: form-data; name=a; filename=f\r\n\r\n1\r\n"
	failing := errors.New("the connection broke")
	for name, row := range map[string]struct {
		body, boundary string
		want           error
	}{
		"no end":           {field, "b", werkzeug.ErrTruncated},
		"end in a header":  {"--b\r\nContent-Dis", "b", werkzeug.ErrTruncated},
		"no delimiter":     {"text", "b", werkzeug.ErrTruncated},
		"no boundary":      {field, "", werkzeug.ErrBoundary},
		"long boundary":    {field, strings.Repeat("b", 201), werkzeug.ErrBoundary},
		"no name":          {"--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--", "b", werkzeug.ErrPart},
		"no disposition":   {"--b\r\nX: y\r\n\r\n1\r\n--b--", "b", werkzeug.ErrPart},
		"too many fields":  {strings.Repeat(field, 4) + "--b--", "b", werkzeug.ErrTooMany},
		"too many files":   {strings.Repeat(file, 3) + "--b--", "b", werkzeug.ErrTooMany},
		"large headers":    {"--b\r\nX: " + strings.Repeat("y", 17<<10) + "\r\n\r\n1\r\n--b--", "b", werkzeug.ErrTooLarge},
		"endless headers":  {"--b\r\n" + strings.Repeat("x: y\r\n", 20<<10), "b", werkzeug.ErrTooLarge},
		"broken":           {"\x01", "b", failing},
		"empty":            {"", "b", nil},
		"empty, no bounds": {"", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			var body io.Reader = strings.NewReader(row.body)
			if row.body == "\x01" {
				body = iotest.ErrReader(failing)
			}
			f, err := werkzeug.ReadMultipart(body, row.boundary, werkzeug.Limits{Fields: 3, Files: 2, Memory: 100})
			if !errors.Is(err, row.want) || err == nil && len(f.Fields)+len(f.Files) > 0 {
				t.Errorf("got %v, %v, want %v", f, err, row.want)
			}
		})
	}
}

// TestMultipartLarge: a delimiter is found wherever the buffer ends.
func TestMultipartLarge(t *testing.T) {
	for n := 64<<10 - 12; n < 64<<10+12; n++ {
		want := strings.Repeat("x", n)
		body := "--b\r\nContent-Disposition: form-data; name=a; filename=f\r\n\r\n" + want + "\r\n--b\r\nContent-Disposition: form-data; name=c\r\n\r\n" + want + "\r\n--b--"
		f, err := werkzeug.ReadMultipart(strings.NewReader(body), "b", werkzeug.Limits{Fields: 1, Files: 1, Memory: 1})
		if err != nil {
			t.Fatal(n, err)
		}
		if content(f.Files[0]) != want || f.Fields[0].Value != want {
			t.Errorf("%d bytes: other bytes were read", n)
		}
		_ = f.Whole.RemoveAll()
	}
}

// TestCookieSandwich: a quote in one cookie does not take in the next.
func TestCookieSandwich(t *testing.T) {
	got := werkzeug.Cookies([]string{`a="; session=secret; b="`, `c=1`})
	want := []werkzeug.Pair{{Name: "a", Value: `"`}, {Name: "session", Value: "secret"}, {Name: "b", Value: `"`}, {Name: "c", Value: "1"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	for _, p := range want {
		if v, ok := werkzeug.Cookie([]string{`a="; session=secret; b="`, `c=1`}, p.Name); !ok || v != p.Value {
			t.Errorf("%s: got %q, %v", p.Name, v, ok)
		}
	}
	if _, ok := werkzeug.Cookie([]string{"=d; x=d=1"}, "d"); ok {
		t.Error("a value was taken for a cookie")
	}
}

func TestJSONHasNUL(t *testing.T) {
	for in, want := range map[string]bool{
		`{"a":"b"}`: false, `{"a":"\u0000"}`: true, `{"\u0000":1}`: true, `"\\u0000"`: false, `"\\\u0000"`: true, `"\\u0000\u0000"`: true, `"\u00000"`: true, `"\u0001"`: false,
	} {
		if got := werkzeug.JSONHasNUL([]byte(in)); got != want {
			t.Errorf("%s: got %v", in, got)
		}
	}
}

func FuzzQuery(f *testing.F) {
	f.Add("a=1&b=%ff;c=%")
	f.Fuzz(func(t *testing.T, s string) {
		for _, p := range werkzeug.Query(s) {
			if !utf8.ValidString(p.Name) || !utf8.ValidString(p.Value) || strings.ContainsAny(p.Name+p.Value, "&") && !strings.Contains(s, "%26") {
				t.Errorf("%q: got %q", s, p)
			}
		}
	})
}

func FuzzCookies(f *testing.F) {
	f.Add(`a="\054"; b="x`, "a")
	f.Fuzz(func(t *testing.T, line, name string) {
		all := werkzeug.Cookies([]string{line})
		i := slices.IndexFunc(all, func(p werkzeug.Pair) bool { return p.Name == name })
		v, ok := werkzeug.Cookie([]string{line}, name)
		if ok != (i >= 0) || ok && v != all[i].Value {
			t.Errorf("%q: %q is %q, %v alone and %q among all", line, name, v, ok, all)
		}
	})
}

func FuzzOptions(f *testing.F) {
	f.Add(`form-data; name="a"; filename*0*=UTF-8''%e2; filename*1*=%82%ac`)
	f.Fuzz(func(t *testing.T, s string) {
		_, options := werkzeug.Options(s)
		for k, v := range options {
			if !utf8.ValidString(k) || !utf8.ValidString(v) {
				t.Errorf("%q: got %q %q", s, k, v)
			}
		}
	})
}

func FuzzMultipart(f *testing.F) {
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name=a; filename=f\r\n\r\n1\r\n--b--"))
	f.Fuzz(func(t *testing.T, body []byte) {
		limits := werkzeug.Limits{Fields: 5, Files: 5, Memory: 16}
		whole, err := werkzeug.ReadMultipart(bytes.NewReader(body), "b", limits)
		pieces, errPieces := werkzeug.ReadMultipart(iotest.OneByteReader(bytes.NewReader(body)), "b", limits)
		if fmt.Sprint(err) != fmt.Sprint(errPieces) {
			t.Fatalf("%q: error %v in one piece, %v byte by byte", body, err, errPieces)
		}
		if err != nil {
			return
		}
		if !slices.Equal(whole.Fields, pieces.Fields) || len(whole.Files) != len(pieces.Files) {
			t.Errorf("%q: %v in one piece, %v byte by byte", body, whole, pieces)
		}
		_, _ = whole.Whole.RemoveAll(), pieces.Whole.RemoveAll()
	})
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte("\xff\xfe1\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if out := werkzeug.JSON(data); len(out) > 3*len(data)+3 {
			t.Errorf("%q: %d bytes", data, len(out))
		}
	})
}
