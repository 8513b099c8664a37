package value

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/markup"
)

// textIn returns a buffer with something in it and room for n bytes behind.
func textIn(n int) []byte { return append(make([]byte, 0, n+5), "start"...) }

func checkAppendText(t *testing.T, s string, room int) {
	t.Helper()
	want := string(markup.AppendEscape([]byte("start"), s))
	if got := AppendText(textIn(room), s); string(got) != want {
		t.Fatalf("AppendText(%q) with room for %d: got %q, want %q", s, room, got, want)
	}
}

// AppendText has to print what markup.AppendEscape prints, whatever room there is.
func TestAppendText(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	alphabets := []string{"a", "ab<", `&<>'"`, "#$%&'(<=>?@\"!", "a\x00\x80\xa2\xa6\xbc\xff<", "é<日本"}
	for n := range 70 {
		for _, alphabet := range alphabets {
			b := make([]byte, n)
			for i := range b {
				b[i] = alphabet[r.IntN(len(alphabet))]
			}
			for _, room := range []int{0, n, 5*n + 7, 5*n + putSlack - 1, 5*n + putSlack, 5*n + 200} {
				checkAppendText(t, string(b), room)
			}
		}
	}
	// Every byte alone at every place of two words and what is behind them.
	for c := range 256 {
		for at := range 23 {
			b := bytes.Repeat([]byte{'x'}, 23)
			b[at] = byte(c)
			checkAppendText(t, string(b), 1000)
			checkAppendText(t, string(b[:at+1]), 1000)
		}
	}
}

func FuzzAppendText(f *testing.F) {
	for _, s := range []string{"", "a<b", "########&", "'\"<>&", "é\xff<", "no more than a text <of> twenty-four bytes & some"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		checkAppendText(t, s, len(s))
		checkAppendText(t, s, escapedRoom(len(s)))
	})
}

// AppendReads has to print the same with whatever room the buffer has.
func TestAppendReadsRoom(t *testing.T) {
	type row struct {
		N int
		M int64
		S string
		H markup.HTML
	}
	r := rand.New(rand.NewPCG(3, 4))
	ints := []int{0, 7, 10, 99, 100, 999, 1000, 9999, 10000, 99999, 100000, 999999, 1000000, -1, -123456789, 1 << 62}
	texts := []string{"", "<", "abc", "a & b", "nothing to escape in here", strings.Repeat("it's ", 20)}
	pres := []string{"", "</td><td>", strings.Repeat("-", 32), strings.Repeat("=", 33)}
	for round := range 200 {
		rows := make([]row, 1+r.IntN(5))
		maps := make([]any, len(rows))
		var numbers []int
		var words []string
		for i := range rows {
			rows[i] = row{ints[r.IntN(len(ints))], int64(ints[r.IntN(len(ints))]), texts[r.IntN(len(texts))], markup.HTML(texts[r.IntN(len(texts))])}
			maps[i] = map[string]any{"n": rows[i].N, "m": float64(rows[i].M) / 2, "s": rows[i].S, "h": "<" + rows[i].S}
			numbers, words = append(numbers, rows[i].N), append(words, rows[i].S)
		}
		reads := &Reads{Post: NewText(pres[r.IntN(len(pres))]), HTML: round%3 != 0}
		plain := &Reads{Post: reads.Post, HTML: reads.HTML}
		for range 1 + r.IntN(4) {
			x := Read{Pre: NewText(pres[r.IntN(len(pres))]), Name: []string{"n", "m", "s", "h"}[r.IntN(4)], Site: new(Site)}
			reads.Reads = append(reads.Reads, x)
		}
		plain.Reads = []Read{{Pre: reads.Reads[0].Pre}}
		for _, in := range []struct {
			v     any
			reads *Reads
		}{{rows, reads}, {maps, reads}, {numbers, plain}, {words, plain}} {
			s, _ := Seq(Of(in.v))
			want := "start"
			for i := range s.Len() {
				for _, x := range in.reads.Reads {
					v := s.At(i)
					if x.Site != nil {
						v, _ = new(Site).Lookup(v, x.Name)
					}
					text, err := StrOf(v)
					if err != nil {
						t.Fatal(err)
					}
					if _, safe := v.HTML(); in.reads.HTML && !safe {
						text = string(markup.Escape(text))
					}
					want += x.Pre.String() + text
				}
				want += in.reads.Post.String()
			}
			for _, room := range []int{0, 1, 10, 40, 100, 200, 400, 1000, 4000} {
				got, n := s.AppendReads(textIn(room), 0, s.Len(), in.reads)
				if n != s.Len() || string(got) != want {
					t.Fatalf("%T %s with room for %d: %d of %d\n got %q\nwant %q", in.v, fmt.Sprint(in.reads.Reads), room, n, s.Len(), got, want)
				}
			}
		}
	}
}
