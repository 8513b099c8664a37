package markup_test

import (
	"bytes"
	"encoding/json"
	"html"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dewar-go/dewar/markup"
)

type golden struct {
	Escape, Unescape, Striptags, Names [][2]string
}

// goldens reads what testdata/markup.py recorded from Python.
func goldens(t *testing.T) golden {
	t.Helper()
	data, err := os.ReadFile("testdata/markup.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	if len(g.Escape) < 100 || len(g.Unescape) < 100 || len(g.Striptags) < 100 || len(g.Names) != 2231 {
		t.Fatal("markup.json is incomplete")
	}
	return g
}

func TestEscapeLikeMarkupSafe(t *testing.T) {
	for _, c := range goldens(t).Escape {
		if got := string(markup.Escape(c[0])); got != c[1] {
			t.Errorf("Escape(%q) = %q, want %q", c[0], got, c[1])
		}
		if got := string(markup.AppendEscape([]byte("x"), c[0])); got != "x"+c[1] {
			t.Errorf("AppendEscape(%q) = %q, want %q", c[0], got, "x"+c[1])
		}
	}
}

func TestUnescapeLikePython(t *testing.T) {
	g := goldens(t)
	for _, c := range g.Unescape {
		if got := markup.Unescape(c[0]); got != c[1] {
			t.Errorf("Unescape(%q) = %q, want %q", c[0], got, c[1])
		}
	}
	for _, c := range g.Names {
		if got := markup.Unescape("&" + c[0]); got != c[1] {
			t.Errorf("Unescape(%q) = %q, want %q", "&"+c[0], got, c[1])
		}
	}
}

func TestStripTagsLikeMarkupSafe(t *testing.T) {
	for _, c := range goldens(t).Striptags {
		if got := markup.StripTags(c[0]); got != c[1] {
			t.Errorf("StripTags(%q) = %q, want %q", c[0], got, c[1])
		}
	}
}

// MarkupSafe 3 looks again where a comment has been removed, earlier releases did not.
func TestStripTagsOfJoinedComments(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"marks that meet", "a<!-<!-- x -->- y -->b", "ab"},
		{"twice", "a<<!-- 1 -->!<!-- 2 -->-- y -->b", "ab"},
		{"empty comment", "a<!-->b-->c", "ab-->c"},
		{"three hyphens", "a<!--->b", "ab"},
		{"met and empty", "a<!-<!-- x -->->b-->c", "ab-->c"},
		{"met and open", "a<!-<!-- x -->- y", "a<!-- y"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := markup.StripTags(c.in); got != c.want {
				t.Errorf("StripTags(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestEscapeAllocations(t *testing.T) {
	buf := make([]byte, 0, 256)
	for name, f := range map[string]func(){
		"AppendEscape": func() { buf = markup.AppendEscape(buf[:0], `a "quoted" text & <more> of it`) },
		"Escape clean": func() { _ = markup.Escape("nothing to replace in here") },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

type avatar struct{}

func (avatar) HTML() markup.HTML { return "<img>" }

func TestFormat(t *testing.T) {
	for _, c := range []struct {
		name   string
		format markup.HTML
		args   []any
		want   markup.HTML
	}{
		{"text", "<b>%s</b>", []any{"<i>"}, "<b>&lt;i&gt;</b>"},
		{"html", "<b>%s</b>", []any{markup.HTML("<i>")}, "<b><i></b>"},
		{"HTMLer", "%s%v", []any{avatar{}, avatar{}}, "<img><img>"},
		{"number", "%05d", []any{42}, "00042"},
		{"code point", "%c", []any{'<'}, "&lt;"},
		{"quoted", "%q", []any{markup.HTML(`<"`)}, "&#34;&lt;\\&#34;&#34;"},
		{"width counts before escaping", "%4s|", []any{"<"}, "   &lt;|"},
		{"other kinds are text", "%s", []any{markup.JS("a<b")}, "a&lt;b"},
		{"struct", "%v", []any{struct{ S string }{"<"}}, "{&lt;}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := markup.Format(c.format, c.args...); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestJoin(t *testing.T) {
	if got, want := markup.Join("<br>", "a<b", markup.HTML("<i>"), avatar{}, 7), markup.HTML("a&lt;b<br><i><br><img><br>7"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := markup.Join("<br>"); got != "" {
		t.Errorf("got %q for nothing", got)
	}
}

func TestKindOf(t *testing.T) {
	for _, c := range []struct {
		v    any
		kind markup.Kind
		name string
	}{
		{"x", markup.KindText, "text"},
		{markup.HTML("x"), markup.KindHTML, "HTML"},
		{markup.Attrs("x"), markup.KindAttrs, "Attrs"},
		{markup.URL("x"), markup.KindURL, "URL"},
		{markup.ResourceURL("x"), markup.KindResourceURL, "ResourceURL"},
		{markup.JS("x"), markup.KindJS, "JS"},
		{markup.CSS("x"), markup.KindCSS, "CSS"},
		{markup.JSON("x"), markup.KindJSON, "JSON"},
	} {
		s, k, ok := markup.KindOf(c.v)
		if s != "x" || k != c.kind || !ok || k.String() != c.name {
			t.Errorf("KindOf(%T) = %q, %v, %v", c.v, s, k, ok)
		}
	}
	if s, k, ok := markup.KindOf(avatar{}); s != "<img>" || k != markup.KindHTML || !ok {
		t.Errorf("KindOf(HTMLer) = %q, %v, %v", s, k, ok)
	}
	if _, _, ok := markup.KindOf(1); ok {
		t.Error("KindOf(1) is ok")
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "a<b", "########&", "'\"<>&", "é\xff<"} {
		f.Add(s)
	}
	table := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "'", "&#39;", `"`, "&#34;")
	f.Fuzz(func(t *testing.T, s string) {
		want := table.Replace(s)
		if got := string(markup.Escape(s)); got != want {
			t.Fatalf("Escape(%q) = %q, want %q", s, got, want)
		}
		if got := markup.AppendEscape(nil, s); !bytes.Equal(got, []byte(want)) {
			t.Fatalf("AppendEscape(%q) = %q, want %q", s, got, want)
		}
		if utf8.ValidString(s) {
			if back := html.UnescapeString(want); back != s {
				t.Fatalf("%q came back as %q", s, back)
			}
			if back := markup.Unescape(want); back != s {
				t.Fatalf("%q came back as %q", s, back)
			}
		}
	})
}

// Named references are read as package html does, which differs in numeric ones.
func FuzzUnescape(f *testing.F) {
	for _, s := range []string{"&lt;", "&ltx", "&notit;", "&amp;lt;", "&CounterClockwiseContourIntegral;", "&;&&", "&#1;&#x;&#xD800;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := markup.Unescape(s)
		if strings.Contains(s, "&#") || strings.Contains(s, "&nGt;") || strings.Contains(s, "&nLt;") {
			return
		}
		if want := html.UnescapeString(s); got != want {
			t.Fatalf("Unescape(%q) = %q, want %q", s, got, want)
		}
	})
}

func FuzzStripTags(f *testing.F) {
	for _, s := range []string{"<!-<!-- x -->- y -->b", "<!-->", "a<b>c", "<!---->->", "<<!-- -->!-- -->"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := markup.StripTags(s), stripTagsBySearching(s); got != want {
			t.Fatalf("StripTags(%q) = %q, want %q", s, got, want)
		}
	})
}

// stripTagsBySearching states the rule directly, at quadratic cost.
func stripTagsBySearching(s string) string {
	for _, mark := range [][2]string{{"<!--", "-->"}, {"<", ">"}} {
		for {
			i := strings.Index(s, mark[0])
			if i < 0 {
				break
			}
			j := strings.Index(s[i:], mark[1])
			if j < 0 {
				break
			}
			s = s[:i] + s[i+j+len(mark[1]):]
		}
	}
	return markup.Unescape(strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return strings.ContainsRune("\t\n\v\f\r\x1c\x1d\x1e\x1f \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000", r) || 0x2000 <= r && r <= 0x200A
	}), " "))
}

func BenchmarkEscape(b *testing.B) {
	inputs := []struct{ name, s string }{
		{"short8", "user1234"},
		{"clean40", strings.Repeat("abcdefgh", 5)},
		{"dirty20", `<a href="x">'&'</a> `},
		{"clean1k", strings.Repeat("the quick brown fox jumps over it", 32)},
		{"sparse1k", strings.Repeat("the quick brown fox's jump over the dog and the other things abc", 16)},
	}
	for _, in := range inputs {
		for _, f := range []struct {
			name string
			f    func([]byte, string) []byte
		}{{"words", markup.AppendEscape}, {"table", appendEscapeByTable}} {
			b.Run(in.name+"/"+f.name, func(b *testing.B) {
				buf := make([]byte, 0, 4096)
				b.SetBytes(int64(len(in.s)))
				for b.Loop() {
					buf = f.f(buf[:0], in.s)
				}
			})
		}
	}
}

var replacement = [256]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '\'': "&#39;", '"': "&#34;"}

// appendEscapeByTable is the plain loop that AppendEscape has to beat.
func appendEscapeByTable(buf []byte, s string) []byte {
	start := 0
	for i := range len(s) {
		if r := replacement[s[i]]; r != "" {
			buf = append(append(buf, s[start:i]...), r...)
			start = i + 1
		}
	}
	return append(buf, s[start:]...)
}
