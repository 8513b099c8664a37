//go:build linux

package value

import (
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/dewar-go/dewar/markup"
)

// guarded returns a page of memory between two pages that end the process when
// they are touched.
func guarded(t *testing.T) []byte {
	t.Helper()
	size := syscall.Getpagesize()
	m, err := syscall.Mmap(-1, 0, 3*size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Munmap(m) })
	for _, page := range [][]byte{m[:size], m[2*size:]} {
		if err := syscall.Mprotect(page, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	return m[size : 2*size : 2*size]
}

// in puts s where nothing can be read before it, or nothing behind it.
func in(page []byte, s string, atEnd bool) string {
	if s == "" {
		return ""
	}
	p := page[:len(s)]
	if atEnd {
		p = page[len(page)-len(s):]
	}
	copy(p, s)
	return unsafe.String(&p[0], len(p))
}

// TestNothingBeyondTheRoom prints into buffers behind whose capacity, and from texts
// beside whose bytes, there is nothing: a read or a write beyond them is a crash.
func TestNothingBeyondTheRoom(t *testing.T) {
	target, source := guarded(t), guarded(t)
	r := rand.New(rand.NewPCG(5, 6))
	random := func(n int) string {
		const letters = `ab<>&'"#Zé`
		b := make([]byte, n)
		for i := range b {
			if b[i] = letters[r.IntN(len(letters))]; r.IntN(3) > 0 {
				b[i] = 'x'
			}
		}
		return string(b)
	}
	type row struct {
		N int
		S string
	}
	for n := range 60 {
		for range 40 {
			text := random(n)
			for _, atEnd := range []bool{false, true} {
				s := in(source, text, atEnd)
				room := r.IntN(6*n + 70)
				buf := func() []byte { return target[len(target)-room : len(target)-room : len(target)] }
				want := string(markup.Escape(text))
				if got := AppendText(buf(), s); string(got) != want {
					t.Fatalf("AppendText(%q): %q", text, got)
				}
				for _, f := range []func([]byte, string, bool) ([]byte, bool){AppendUpper, AppendLower} {
					for _, html := range []bool{false, true} {
						f(buf(), s, html)
					}
				}
				pre := NewText(strings.Repeat("-", r.IntN(40)))
				rows := []row{{r.IntN(1 << r.IntN(40)), s}, {-1, s}, {0, s}}
				reads := &Reads{Reads: []Read{{Pre: pre, Name: "s", Site: new(Site)}, {Pre: pre, Name: "n", Site: new(Site)}, {Pre: pre, Name: "s", Site: new(Site)}}, Post: pre, HTML: true}
				maps := []any{map[string]any{"s": s, "n": 12345}, map[string]any{"s": s, "n": -1}}
				words, numbers := []string{s, s, s}, []int{7, 12, 123456, -5}
				plain := &Reads{Reads: []Read{{Pre: pre}}, Post: pre, HTML: true}
				for _, x := range []struct {
					v     any
					reads *Reads
				}{{rows, reads}, {maps, reads}, {words, plain}, {numbers, plain}} {
					seq, _ := Seq(Of(x.v))
					roomy, _ := seq.AppendReads(make([]byte, 0, 1<<14), 0, seq.Len(), x.reads)
					got, done := seq.AppendReads(buf(), 0, seq.Len(), x.reads)
					if done != seq.Len() || string(got) != string(roomy) {
						t.Fatalf("AppendReads of %T with room for %d: %q, not %q", x.v, room, got, roomy)
					}
				}
			}
		}
	}
}
