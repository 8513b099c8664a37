package output

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/dewar-go/dewar/markup"
)

// textIn returns a buffer with something in it and room for n bytes behind.
func textIn(n int) []byte { return append(make([]byte, 0, n+5), "start"...) }

func checkAppendEscaped(t *testing.T, s string, room int) {
	t.Helper()
	want := string(markup.AppendEscape([]byte("start"), s))
	if got := AppendEscaped(textIn(room), s); string(got) != want {
		t.Fatalf("AppendEscaped(%q) with room for %d: got %q, want %q", s, room, got, want)
	}
}

// AppendEscaped has to print what markup.AppendEscape prints, whatever room there is.
func TestAppendEscaped(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	alphabets := []string{"a", "ab<", `&<>'"`, "#$%&'(<=>?@\"!", "a\x00\x80\xa2\xa6\xbc\xff<", "é<日本"}
	for n := range 70 {
		for _, alphabet := range alphabets {
			b := make([]byte, n)
			for i := range b {
				b[i] = alphabet[r.IntN(len(alphabet))]
			}
			for _, room := range []int{0, n, 5*n + 7, 5*n + Slack - 1, 5*n + Slack, 5*n + 200} {
				checkAppendEscaped(t, string(b), room)
			}
		}
	}
	// Every byte alone at every place of two words and what is behind them.
	for c := range 256 {
		for at := range 23 {
			b := bytes.Repeat([]byte{'x'}, 23)
			b[at] = byte(c)
			checkAppendEscaped(t, string(b), 1000)
			checkAppendEscaped(t, string(b[:at+1]), 1000)
		}
	}
}

func FuzzAppendEscaped(f *testing.F) {
	for _, s := range []string{"", "a<b", "########&", "'\"<>&", "é\xff<", "no more than a text <of> twenty-four bytes & some"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		checkAppendEscaped(t, s, len(s))
		checkAppendEscaped(t, s, 5*len(s)+Slack)
	})
}
