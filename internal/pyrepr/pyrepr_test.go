package pyrepr_test

import (
	"testing"

	"github.com/dewar-go/dewar/internal/pyrepr"
)

// TestRepr: what Python's repr gives.
func TestRepr(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"", "''"},
		{"it's", `"it's"`},
		{`it's "so"`, `'it\'s "so"'`},
		{`say "so"`, `'say "so"'`},
		{"a\\b\n\r\t\x00\x7f", `'a\\b\n\r\t\x00\x7f'`},
		{"\u0080\u00a0\u00ad", `'\x80\xa0\xad'`},
		{"é€😀", "'é€😀'"},
		{"\u2028\u200b\ufeff", `'\u2028\u200b\ufeff'`},
		{"\U000e0001", `'\U000e0001'`},
		{"x\xffy", `'x\udcffy'`},
	} {
		if got := pyrepr.String(row.text); got != row.want {
			t.Errorf("%q: %s, want %s", row.text, got, row.want)
		}
	}
	for _, row := range []struct{ bytes, want string }{
		{"", `b''`},
		{"it's", `b"it's"`},
		{`"'`, `b'"\''`},
		{"\x00\xff\n\\~", `b'\x00\xff\n\\~'`},
	} {
		if got := string(pyrepr.AppendBytes(nil, row.bytes)); got != row.want {
			t.Errorf("%q: %s, want %s", row.bytes, got, row.want)
		}
	}
}
