package jsontext_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/internal/jsontext"
)

// TestStyles: the wants of Python's styles are what json.dumps gives, those of
// HTML what Jinja2's htmlsafe_json_dumps gives, for the same text; a byte that is
// not UTF-8 was read with surrogateescape.
func TestStyles(t *testing.T) {
	const text = "a\"\\\n\r\t\b\f\x00\x1f\x7f<>&'/é\u2028€😀"
	for _, row := range []struct {
		name  string
		style *jsontext.Style
		text  string
		want  string
	}{
		{"python", jsontext.Python, text, `"a\"\\\n\r\t\b\f\u0000\u001f\u007f<>&'/\u00e9\u2028\u20ac\ud83d\ude00"`},
		{"unicode", jsontext.PythonUnicode, text, "\"a\\\"\\\\\\n\\r\\t\\b\\f\\u0000\\u001f\x7f<>&'/é\u2028€😀\""},
		{"html", jsontext.HTML, text, `"a\"\\\n\r\t\b\f\u0000\u001f\u007f\u003c\u003e\u0026\u0027/\u00e9\u2028\u20ac\ud83d\ude00"`},
		{"html unicode", jsontext.HTMLUnicode, text, "\"a\\\"\\\\\\n\\r\\t\\b\\f\\u0000\\u001f\x7f\\u003c\\u003e\\u0026\\u0027/é\u2028€😀\""},
		{"bad python", jsontext.Python, "x\xffy", `"x\ufffdy"`},
		{"bad unicode", jsontext.PythonUnicode, "x\xffy", "\"x\ufffdy\""},
		{"bad html", jsontext.HTML, "x\xffy", `"x\udcffy"`},
		{"bad html unicode", jsontext.HTMLUnicode, "x\xffy", `"x\udcffy"`},
	} {
		if got := string(row.style.Append(nil, row.text)); got != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
	}
}

// FuzzStyles: each style is read back as the text it was given, and Log is what
// log/slog writes.
func FuzzStyles(f *testing.F) {
	for _, seed := range []string{"", "a\"\\\n\x00\x7f<é\u2028😀", "\xff\xc3", "\ufffd", "</script>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		valid := strings.ToValidUTF8(text, "")
		for _, style := range []*jsontext.Style{jsontext.Python, jsontext.PythonUnicode, jsontext.HTML, jsontext.HTMLUnicode, jsontext.Log} {
			var back string
			if err := json.Unmarshal(style.Append(nil, valid), &back); err != nil || back != valid {
				t.Errorf("%q became %q, %v", valid, back, err)
			}
		}
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("", "x", text)
		if got := `"x":` + string(jsontext.Log.Append(nil, text)) + "}\n"; !strings.HasSuffix(log.String(), got) {
			t.Errorf("%q: %s, slog wrote %s", text, got, log.String())
		}
	})
}
