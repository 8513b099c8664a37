package secure

import (
	"net/url"
	"strings"
	"testing"
)

var redirectRows = []struct{ name, target, want string }{
	{"path", "/account", "/account"},
	{"root", "/", "/"},
	{"query", "/a?b=c&d=/e", "/a?b=c&d=/e"},
	{"query alone", "?page=2", "?page=2"},
	{"fragment alone", "#top", "#top"},
	{"relative", "edit", "edit"},
	{"up", "../list", "../list"},
	{"URL in the query", "/login?next=https://app.test//x", "/login?next=https://app.test//x"},
	{"colon in a later segment", "/a:b/c:d", "/a:b/c:d"},
	{"double slash later", "/a//b", "/a//b"},
	{"encoded slash in a query", "/a?next=%2F%2Fevil.test", "/a?next=%2F%2Fevil.test"},
	{"encoded percent", "/100%25", "/100%25"},
	{"space", "/a b", "/a%20b"},
	{"UTF-8", "/café?x=ü", "/caf%C3%A9?x=%C3%BC"},
	{"quote and brackets", `/a"<b>`, "/a%22%3Cb%3E"},
	{"at sign", "/@user", "/@user"},
	{"stray percent sign", "/100%", "/100%"},

	{"empty", "", ""},
	{"CVE-2021-32618 host", "//evil.test", ""},
	{"CVE-2021-32618 three slashes", "///evil.test", ""},
	{"CVE-2021-23401 five slashes", "/////evil.test", ""},
	{"CVE-2023-49438 slash and backslash", `/\evil.test`, ""},
	{"CVE-2021-23393 backslashes", `\\\evil.test`, ""},
	{"CVE-2023-49438 backslash first", `\/evil.test`, ""},
	{"CVE-2016-1000001 absolute", "https://evil.test/", ""},
	{"scheme in upper case", "HTTPS://evil.test/", ""},
	{"scheme without slashes", "https:evil.test", ""},
	{"scheme with one slash", "https:/evil.test", ""},
	{"javascript", "javascript:alert(1)", ""},
	{"data", "data:text/html,x", ""},
	{"port", ":80/x", ""},
	{"space before", " //evil.test", ""},
	{"space after", "/a ", ""},
	{"tab inside", "/\t/evil.test", ""},
	{"line break inside", "/\n/evil.test", ""},
	{"CVE-2020-28724 line break", "/a\r\nSet-Cookie: x=y", ""},
	{"NUL", "/a\x00", ""},
	{"DEL", "/a\x7f", ""},
	{"CVE-2022-40083 encoded slash", "/%2fevil.test", ""},
	{"CVE-2022-40083 host and encoded slash", "//evil.test%2f..", ""},
	{"encoded slash twice", "/%252fevil.test", ""},
	{"encoded slash three times", "/%25252fevil.test", ""},
	{"encoded once too often", "/%2525252525252fevil.test", ""},
	{"encoded backslash", "/%5cevil.test", ""},
	{"encoded tab", "/%09/evil.test", ""},
	{"encoded line break", "/a%0d%0ax", ""},
	{"encoded scheme", "https%3a//evil.test", ""},
	{"encoded javascript", "javascript%3aalert(1)", ""},
	{"dot segment before a host", "/.//evil.test", ""},
	{"dot segments before a host", "/a/..//evil.test", ""},
	{"many dot segments before a host", "/a/b/.././../c/..//evil.test", ""},
	{"encoded dot segments before a host", "/a/%2e%2e//evil.test", ""},
	{"relative dot segments before a host", "a/../..//evil.test", ""},
	{"encoded slash behind dot segments", "/a/..%2f/evil.test", ""},
	{"dot segments", "/a/../b/./c//d", "/a/../b/./c//d"},
	{"dot segments at the end", "/a/b/../", "/a/b/../"},
	{"up before a host", "/..//evil.test", ""},
	{"encoded dot segment before a host", "/%2e//evil.test", ""},
	{"relative dot before a host", ".//evil.test", ""},
	{"GO-2026-4316 backslash in the query", `/a?b=\`, ""},
	{"not UTF-8", "/\xff", ""},
	{"too long when encoded", "/" + strings.Repeat("|", maxRedirect/2), ""},
	{"too long", "/" + strings.Repeat("a", maxRedirect), ""},
}

func TestLocalRedirect(t *testing.T) {
	for _, row := range redirectRows {
		t.Run(row.name, func(t *testing.T) {
			got, err := LocalRedirect(row.target)
			if got != row.want || (err == nil) != (row.want != "") {
				t.Errorf("LocalRedirect(%q) = %q, %v, want %q", row.target, got, err, row.want)
			}
		})
	}
}

func FuzzLocalRedirect(f *testing.F) {
	for _, row := range redirectRows {
		f.Add(row.target)
	}
	base, err := url.Parse("https://app.test/dir/page")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		target, err := LocalRedirect(s)
		if err != nil {
			return
		}
		if HeaderValue(target) != nil || strings.ContainsAny(target, "\\\t ") || !isASCII(target) {
			t.Errorf("%q becomes %q", s, target)
		}
		if u, err := url.Parse(target); err == nil {
			if u = base.ResolveReference(u); u.Host != "app.test" || u.Scheme != "https" || u.User != nil {
				t.Errorf("%q leads to %v", s, u)
			}
		}
		if again, err := LocalRedirect(target); again != target || err != nil {
			t.Errorf("%q becomes %q, then %q, %v", s, target, again, err)
		}
	})
}
