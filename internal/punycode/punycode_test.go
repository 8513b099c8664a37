package punycode_test

import (
	"testing"

	"github.com/dewar-go/dewar/internal/punycode"
)

// What Python's punycode codec gives for these labels.
func TestEncode(t *testing.T) {
	for _, row := range []struct{ label, want string }{
		{"bücher", "bcher-kva"},
		{"münchen", "mnchen-3ya"},
		{"ü", "tda"},
		{"日本語", "wgv71a119e"},
		{"他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"},
		{"πράδειγμα", "hxakfdfyw0aj"},
		{"3年b組金八先生", "3b-ww4c5e180e575a65lsy2b"},
		{"\U0010ffff", "dn32g"},
		{"plain", "plain-"},
		{"", ""},
	} {
		if got := punycode.Encode(row.label); got != row.want {
			t.Errorf("%q: %q, want %q", row.label, got, row.want)
		}
	}
}
