package secure

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// pathRows are paths as a client writes them; err is nil for a good one.
var pathRows = []struct {
	name, path, want string
	err              error
}{
	{"root", "/", "/", nil},
	{"plain", "/users/42", "/users/42", nil},
	{"trailing slash", "/users/", "/users/", nil},
	{"encoded letters", "/%75sers", "/users", nil},
	{"encoded space", "/a%20b", "/a b", nil},
	{"UTF-8", "/caf%C3%A9", "/café", nil},
	{"encoded question mark and hash", "/a%3fb%23c", "/a?b#c", nil},
	{"encoded percent sign", "/100%25", "/100%", nil},
	{"double slash", "//a//b", "//a//b", nil},
	{"dots in a name", "/a..b/.well-known/c.", "/a..b/.well-known/c.", nil},
	{"three dots", "/.../x", "/.../x", nil},
	{"parameter on a name", "/a;v=1/b", "/a;v=1/b", nil},
	{"CVE-2024-6844 plus sign stays", "/a+b", "/a+b", nil},
	{"CVE-2024-6866 case stays", "/Admin", "/Admin", nil},
	{"GO-2026-4950 encoded twice stays literal", "/%252e%252e%252fadmin", "/%2e%2e%2fadmin", nil},
	{"quote", `/a"b`, `/a"b`, nil},

	{"CVE-2026-55677 encoded slash", "/static/..%2fsecret", "", errPathSlash},
	{"encoded slash upper case", "/a%2Fb", "", errPathSlash},
	{"encoded slash beside a quote", `/a"%2fb`, "", errPathSlash},
	{"CVE-2022-40083 encoded slash after a host", "//evil%2f..", "", errPathSlash},
	{"CVE-2020-36565 encoded backslash", "/static/..%5csecret", "", errPathBackslash},
	{"CVE-2026-25766 backslash", `/static/..\secret`, "", errPathBackslash},
	{"CVE-2026-25891 encoded backslash upper case", "/%5C..%5Cx", "", errPathBackslash},
	{"NUL", "/a%00.txt", "", errPathControl},
	{"line break", "/a%0d%0aSet-Cookie:x", "", errPathControl},
	{"DEL", "/a%7f", "", errPathControl},
	{"C1", "/a%C2%85b", "", errPathControl},
	{"CVE-2022-40082 dot segments", "/static/../secret", "", errPathDot},
	{"CVE-2023-29159 dot segment at the end", "/static/..", "", errPathDot},
	{"single dot", "/./a", "", errPathDot},
	{"single dot at the end", "/a/.", "", errPathDot},
	{"CVE-2021-23772 encoded dots", "/static/%2e%2e/secret", "", errPathDot},
	{"mixed dots", "/static/.%2E/secret", "", errPathDot},
	{"dots after an empty segment", "//../x", "", errPathDot},
	{"parameter on dots", "/a/..;/b", "", errPathParameter},
	{"parameter on a dot", "/a/.;x=1", "", errPathParameter},
	{"parameter on nothing", "/;x/admin", "", errPathParameter},
	{"encoded parameter", "/a/..%3b/b", "", errPathParameter},
	{"overlong slash", "/a%c0%afb", "", errPathUTF8},
	{"overlong dots", "/%c0%ae%c0%ae/x", "", errPathUTF8},
	{"lone byte", "/%ff", "", errPathUTF8},
	{"surrogate", "/%ed%a0%80", "", errPathUTF8},
	{"raw hash", "/a#b", "", errPathDelimiter},
	{"too long", "/" + strings.Repeat("a", MaxPath), "", ErrPathTooLong},
}

func TestCanonicalPath(t *testing.T) {
	rows := append(pathRows[:len(pathRows):len(pathRows)], []struct {
		name, path, want string
		err              error
	}{
		{"empty", "", "/", nil},
		{"cut escape", "/a%2", "", errPathEscape},
		{"bad escape", "/%zz", "", errPathEscape},
		{"percent at the end", "/a%", "", errPathEscape},
		{"raw question mark", "/a?b", "", errPathDelimiter},
		{"star", "*", "", errPathRelative},
		{"relative", "a/b", "", errPathRelative},
		{"raw control", "/a\x01", "", errPathControl},
	}...)
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got, err := CanonicalPath(row.path)
			if got != row.want || err != row.err {
				t.Errorf("%q: %q, %v, want %q, %v", row.path, got, err, row.want, row.err)
			}
			if err != nil && err != ErrPathTooLong && !errors.Is(err, ErrBadPath) {
				t.Errorf("%v does not match ErrBadPath", err)
			}
		})
	}
}

// Over a raw socket, net/http in between.
func TestRequestPathRaw(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, err := RequestPath(r.URL)
		if err != nil {
			p = err.Error()
		}
		fmt.Fprint(w, p)
	})}
	go server.Serve(l)
	defer server.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	in := bufio.NewReader(c)
	for _, row := range pathRows {
		want := row.want
		if row.err != nil {
			want = row.err.Error()
		}
		fmt.Fprintf(c, "GET %s?q=%%2f HTTP/1.1\r\nHost: x\r\n\r\n", row.path)
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(row.name, err)
		}
		got, err := io.ReadAll(resp.Body)
		if err != nil || string(got) != want {
			t.Errorf("%s: %q, %v, want %q", row.name, got, err, want)
		}
	}
}

func TestCanonicalPathAllocates(t *testing.T) {
	u := &url.URL{Path: "/users/42/posts/hello-world.html"}
	if n := testing.AllocsPerRun(100, func() {
		CanonicalPath(u.Path)
		CanonicalPath("/a/../b%2f")
		RequestPath(u)
	}); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func FuzzCanonicalPath(f *testing.F) {
	for _, row := range pathRows {
		f.Add(row.path)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := CanonicalPath(s)
		if err != nil {
			if p != "" {
				t.Errorf("%q: %q with an error", s, p)
			}
			return
		}
		if p[0] != '/' || strings.ContainsAny(p, "\\\x00\r\n\x7f") {
			t.Errorf("%q: %q", s, p)
		}
		for segment := range strings.SplitSeq(p[1:], "/") {
			name, _, _ := strings.Cut(segment, ";")
			if name == "." || name == ".." || name == "" && segment != "" {
				t.Errorf("%q: segment %q", s, segment)
			}
		}
		// What it accepts, it accepts again when it is written anew.
		again, err := CanonicalPath((&url.URL{Path: p}).EscapedPath())
		if again != p || err != nil {
			t.Errorf("%q: %q becomes %q, %v", s, p, again, err)
		}
		// And net/http's reading of it is the same.
		if u, err := url.ParseRequestURI(s); err == nil && u.Host == "" && u.RawQuery == "" {
			if q, err := RequestPath(u); q != p || err != nil {
				t.Errorf("%q: %q, RequestPath gives %q, %v", s, p, q, err)
			}
		}
	})
}

// TestRequestTarget: the forms of a request's target.
func TestRequestTarget(t *testing.T) {
	for target, want := range map[string]string{
		"/a?b=c":                    "/a",
		"http://localhost/a%20b":    "/a b",
		"https://localhost":         "/",
		"HTTP://localhost/a":        "/a",
		"x:admin":                   "",
		"http:admin":                "",
		"http:admin%2f..":           "",
		"x:../admin":                "",
		"x:":                        "",
		"x:/admin":                  "",
		"x://localhost/admin":       "",
		"http:///admin":             "",
		"http:/admin":               "",
		"ws://localhost/admin":      "",
		"http://u@localhost/a":      "",
		"http://u:p@localhost/a":    "",
		"/a?b#c":                    "",
		"/a#b":                      "",
		"*":                         "",
		"http://localhost/a%2fb":    "",
		"http://localhost/../admin": "",
	} {
		u, err := url.ParseRequestURI(target)
		if err != nil {
			t.Fatal(err)
		}
		got, err := RequestTarget(&http.Request{URL: u})
		if got != want || (err != nil) != (want == "") || err != nil && !errors.Is(err, ErrBadPath) {
			t.Errorf("%s: %q, %v; want %q", target, got, err, want)
		}
	}
	for name, u := range map[string]*url.URL{"authority": {Host: "localhost:80"}, "opaque": {Opaque: "admin"}, "scheme": {Scheme: "http"}} {
		if got, err := RequestTarget(&http.Request{URL: u}); err == nil {
			t.Errorf("%s: %q", name, got)
		}
		if got, err := RequestPath(u); name == "opaque" && err == nil {
			t.Errorf("%s: %q", name, got)
		}
	}
}
