package context

import (
	"slices"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/markup"
)

// Where a text leads to, from between tags.
func TestAdvance(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"a < b <b>x</b><br/>", "text"},
		{"<", "the name of a tag"},
		{"<a", "the name of a tag"},
		{"</a", "an end tag"},
		{"<a ", "a tag"},
		{"<a hre", "a tag"},
		{"<a href", "a tag"},
		{"<a href ", "a tag"},
		{"<a href =", "an unquoted attribute"},
		{"<a href= '", "a URL attribute, URL start"},
		{"<a href='/", "a URL attribute, URL path"},
		{"<a href='//", "a URL attribute, URL host"},
		{"<a href='/a", "a URL attribute, URL path"},
		{"<a href='a?", "a URL attribute, URL query"},
		{"<a href='j&#x61;va", "a URL attribute, URL with an undecided scheme"},
		{"<a href='javascript:", "a URL attribute, URL with a dangerous scheme"},
		{"<a href='java\nscript\t:", "a URL attribute, URL with a dangerous scheme"},
		{"<a href='mailto:", "a URL attribute, URL query"},
		{"<a href=x", "a URL attribute, relative URL"},
		{"<a HREF=x>", "text"},
		{"<a title=\"", "an attribute"},
		{"<!-- <a href='", "a comment"},
		{"<!-->", "text"},
		{"<!--->", "text"},
		{"<!-- a --!>", "text"},
		{"<!-- a -- >", "a comment"},
		{"<!doctype html>", "text"},
		{"<![CDATA[ <a ]]>", "text"},
		{"<svg><![CDATA[ <a > ", "a CDATA section"},
		{"<title>", "<title>"},
		{"<title></title", "an end tag"},
		{"<title></titles>", "<title>"},
		{"<svg><title>", "text"},
		{"<textarea><b>", "<textarea>"},
		{"<iframe>", "<iframe>"},
		{"<plaintext></plaintext>", "<plaintext>"},
		{"<script>", "<script>, JavaScript value"},
		{"<script src=x></script >", "text"},
		{"<SCRIPT>'", "<script>, JavaScript string"},
		{"<script>'\\'", "<script>, JavaScript string"},
		{"<script>`${ {a: '}'} } ", "<script>, JavaScript template literal"},
		{"<script>x = /[/]/.test(y) // a", "<script>, JavaScript comment"},
		{"<script>x = a / b / ", "<script>, JavaScript value"},
		{"<script>return /a", "<script>, JavaScript regular expression"},
		{"<script>x.return /a", "<script>, JavaScript value"},
		{"<script>x = y++ /a/ 2;\n'", "<script>, JavaScript string"},
		{"<script>x = '\n", "<script>, JavaScript that cannot be told"},
		{"<script type=application/json>{\"a", "<script>, JSON string"},
		{"<script type='text/x'>'", "<script>"},
		{"<script><!-- <script> </script>", "a place that cannot be told"},
		{"<script><!-- <script> --> </script>", "text"},
		{"<script>'<!--<script></script>-->'", "a place that cannot be told"},
		{"<style>p { background: url( ", "<style>, CSS value"},
		{"<style>p { background: url(a", "<style>, CSS url"},
		{"<style>p { content: \"", "<style>, CSS string"},
		{"<style>/* ' */ @import '", "<style>, CSS url"},
		{"<p style='color: ", "a style attribute, CSS value"},
		{"<p onclick='f(&quot;", "an event handler, JavaScript string"},
		{"<p hx-on:htmx:before-request-and-so-on='", "an event handler, JavaScript value"},
		{"<meta http-equiv=refresh content='1;url=", "a refresh"},
	} {
		s := Of(Start(false))
		s.Advance(row.text)
		if got := s.At(0).String(); s.Len() != 1 || got != row.want {
			t.Errorf("%s: %d contexts, %s, want %s", row.text, s.Len(), got, row.want)
		}
	}
}

func TestSet(t *testing.T) {
	var a, b Set
	for i := range 6 {
		a.Add(Context{Prev: uint8(i)})
		b.Add(Context{Prev: uint8(5 - i)})
	}
	if a != b || a.Len() != 6 {
		t.Error("sets with the same members differ")
	}
	copied := a
	copied.Add(Context{Depth: 1})
	if a == copied || a.Len() != 6 || !a.Within(&copied) || copied.Within(&a) {
		t.Error("a copy is not one")
	}
	for i := range 9 {
		copied.Add(Context{Depth: uint8(i)})
	}
	if !copied.Has(Context{State: Unknown}) {
		t.Error("a set with too many members does not give up")
	}
}

func TestEvents(t *testing.T) {
	for _, row := range []struct {
		text string
		want []Event
	}{
		{"<script>", []Event{{At: 7, Kind: Nonce}}},
		{"<script nonce=x></script>", []Event{{At: 15, Kind: Nonce, Has: true}}},
		{"<script type=text/x></script>", nil},
		{"<script type=importmap></script>", []Event{{At: 22, Kind: Nonce}}},
		{"<link rel=stylesheet href=/x>", []Event{{At: 28, Kind: Nonce}}},
		{"<link rel=icon href=/x>", nil},
		{"<svg><style/></svg>", []Event{{At: 11, Kind: Nonce}}},
		{"<form method=POST></form>", []Event{{At: 18, Kind: Form}, {At: 24, Kind: FormEnd}}},
		{"<form>", []Event{{At: 6, Kind: Form, Has: true}}},
		{"<form action='/a' method='post'>", []Event{{At: 32, Kind: Form}}},
		{"<form action='//a' method='post'>", []Event{{At: 5, Kind: TagStart}, {At: 33, Kind: Form, RunTime: true}}},
	} {
		s := Of(Start(false))
		if got := s.Advance(row.text); !slices.Equal(got, row.want) {
			t.Errorf("%s: %v, want %v", row.text, got, row.want)
		}
	}
}

// Which slashes of a text behind an output may begin a host.
func TestSlashes(t *testing.T) {
	for _, row := range []struct {
		before, text string
		want         []Event
	}{
		{"<a href='/", "/u'>", []Event{{Kind: Slash}}},
		{"<a href='/", "u/'>", nil},
		{"<a href='/", "\t&#47;/'>", []Event{{At: 1, Kind: Slash}}},
		{"<a href='/", "&sol;'>", []Event{{Kind: Slash}}},
		{"<a href='/", "&amp;/'>", nil},
		{"<a href='/a", "/u'>", nil},
		{"<a href='", "/u'>", []Event{{Kind: Slash}}},
		{"<a href='", "//u", []Event{{Kind: Slash}, {At: 1, Kind: Slash}}},
		{"<a href='", "//u/", []Event{{Kind: Slash}}},
		{"<a href='", "//u'>", []Event{{Kind: Slash}}},
		{"<a href='https://", "/u'>", []Event{{Kind: EmptyHost}}},
		{"<a href='https://a", "/u'>", nil},
		{"<a href='https://", "a/u'>", nil},
		{"<p title='/", "/u'>", nil},
		{"<style>a { background: url(/", "/u)", []Event{{Kind: Slash}}},
	} {
		s := Of(Start(false))
		s.Advance(row.before)
		e, ok := s.Output()
		s.Printed(e)
		if got := s.Advance(row.text); !ok || !slices.Equal(got, row.want) {
			t.Errorf("%s{{ x }}%s: %v, want %v", row.before, row.text, got, row.want)
		}
	}
}

func TestOnSite(t *testing.T) {
	for url, want := range map[string]bool{
		"": true, "/": true, "/a//b": true, "a:b": false, "?a:b": true, "//h": false, "/\\h": false, "\\/h": false, "/\t/h": false,
		"https://h": false, " https://h": false, "java\nscript:x": false, "/&#47;h": false, "&#x2f;/h": false, "a/b": true, "#": true,
	} {
		if got := OnSite(markup.Unescape(url)); got != want {
			t.Errorf("%q: %t", url, got)
		}
	}
}

// whole tells whether a text can be split anywhere and lead to the same place.
func splits(text string) bool {
	return !strings.ContainsAny(text, "&") && !strings.Contains(text, "</") && !strings.Contains(text, "<!") &&
		!strings.Contains(text, "--") && !strings.Contains(text, "++") && !strings.Contains(text, "#!") && !strings.Contains(text, "\r\n")
}

// A text leads to the same contexts in one piece and in two, no escaper panics,
// and nothing that any of them writes opens a tag.
func FuzzAdvance(f *testing.F) {
	for _, s := range []string{
		`<a href="/x?y={{`, "<script>`${ {a: /[/]/} }` / 2 //", "<style>p { background: url('a') } /* ", "<!-- a --!> <svg><set to=",
		`<meta http-equiv=refresh content="0;url=`, `<img srcset="a 1x, `, "<form method=post action=//x>", "<p onclick='f(&quot;",
		"<script>) / a / b } /re/ ++ /x/ `a`", "<a b", "<a href=x", "<script type=module>return/a/",
	} {
		f.Add(s, uint8(4), "</script>'\"`-->;:javascript:x")
	}
	f.Fuzz(func(t *testing.T, text string, at uint8, v string) {
		one, two := Of(Start(false)), Of(Start(false))
		one.Advance(text)
		if i := int(at); i < len(text) && splits(text) && text[i] < 0x80 {
			two.Advance(text[:i])
			two.Advance(text[i:])
			if one != two {
				t.Fatalf("%q is in %v, in two pieces %q and %q in %v", text, one.At(0), text[:i], text[i:], two.At(0))
			}
		}
		for i := range one.Len() {
			e, refused := one.At(i).Escaper("")
			if refused != "" {
				continue
			}
			for kind := markup.KindText; kind <= markup.KindJSON; kind++ {
				if kind == markup.KindHTML && e.Kind() == EscText || kind == markup.KindAttrs || kind == markup.KindJS || kind == markup.KindCSS || kind == markup.KindJSON {
					continue // trusted, and as it is
				}
				out, err := Append(nil, e, v, kind)
				if err == nil && strings.ContainsAny(string(out), "<>") {
					t.Fatalf("in %v %q is written as %q", one.At(i), v, out)
				}
			}
			one.At(i).Printed(e)
		}
		one.Loosen()
	})
}
