package csplearn

import (
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar/secure"
)

const origin = "https://shop.example"

func learner(t *testing.T) (*Learner, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), File)
	l, err := New(file, func() error { return nil }, func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	return l, file
}

// send is a browser's report.
func send(l *Learner, document, directive, blocked string) {
	body := fmt.Sprintf(`{"csp-report":{"document-uri":%q,"effective-directive":%q,"blocked-uri":%q,"disposition":"report"}}`, document, directive, blocked)
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/csp-report")
	l.ServeHTTP(httptest.NewRecorder(), r)
}

func TestElements(t *testing.T) {
	for _, row := range []struct{ page, want string }{
		{`<p>`, "p"}, {`a < b <1 </p> <!doctype html> <?x>`, ""}, {`<!-- <p> --><b>`, "b"}, {`<!--><b>`, "b"}, {`<!-- <p>`, ""},
		{`<P A=1 b='x>y' C="&lt;&#39;" d e=/x/>`, `p a="1" b="x>y" c="<'" d="" e="/x/"`},
		{`<a/b/c="1"d=2>`, `a b="" c="1" d="2"`}, {`<a =x>`, `a =x=""`}, {`<a x=1 x=2>`, `a x="1"`}, {`<a x`, `a x=""`}, {`<a x="1`, `a x="1"`},
		{"<script>a<b</SCRIPT\n><i>", "script[a<b] i"}, {"<script>x</scripts></script>", "script[x</scripts>]"}, {"<script>\r\na\rb", "script[\na\nb]"},
		{"<style><b></style>", "style[<b>]"}, {"<textarea><script>x</textarea>", "textarea[<script>x]"}, {"<noscript><img src=x></noscript>", "noscript[<img src=x>]"},
	} {
		var got []string
		for e := range elements(row.page) {
			text := e.name
			for _, name := range slices.Sorted(func(yield func(string) bool) {
				for n := range e.attrs {
					if !yield(n) {
						return
					}
				}
			}) {
				text += fmt.Sprintf(" %s=%q", name, e.attrs[name])
			}
			if e.text != "" {
				text += "[" + e.text + "]"
			}
			got = append(got, text)
		}
		if s := strings.Join(got, " "); s != row.want {
			t.Errorf("%q: %s, want %s", row.page, s, row.want)
		}
	}
}

func TestPage(t *testing.T) {
	for _, row := range []struct{ page, directive, source string }{
		{`<script src="https://cdn.example/x.js"></script>`, "script-src", "https://cdn.example"},
		{`<script src="//CDN.example:8443/x.js"></script>`, "script-src", "https://cdn.example:8443"},
		{`<link rel="preload stylesheet" as=style href=https://cdn.example>`, "style-src", "https://cdn.example"},
		{`<link rel=icon href=data:,>`, "img-src", "data:"},
		{`<img srcset="/a.png 1x, https://i.example/b.png 2x">`, "img-src", "https://i.example"},
		{`<iframe src=http://f.example/></iframe>`, "frame-src", "http://f.example"},
		{`<form action="https://pay.example/"><button formaction="https://other.example">`, "form-action", "https://other.example"},
		{`<base href="https://b.example/"><img src=x.png>`, "img-src", "https://b.example"},
		{`<base href="/sub/">`, "base-uri", "'self'"},
		{`<video poster=https://i.example/x.png>`, "img-src", "https://i.example"},
		{"<script>\n go() </script>", "script-src", secure.CSPHash("\n go() ")},
		{`<script type=module>go()</script>`, "script-src", secure.CSPHash("go()")},
		{`<style>p{}</style>`, "style-src", secure.CSPHash("p{}")},
		{`<p style="color:&quot;">`, "style-src", secure.CSPHash(`color:"`)},
		{`<p style="color:red">`, "style-src", "'unsafe-hashes'"},
		{`<a OnClick="return confirm('&lt;Sure?&gt;')">`, "script-src", secure.CSPHash("return confirm('<Sure?>')")},
		{`<a onclick=go()>`, "script-src", "'unsafe-hashes'"},
		{`<iframe srcdoc="&lt;script&gt;in()&lt;/script&gt;"></iframe>`, "script-src", secure.CSPHash("in()")},
	} {
		l, _ := learner(t)
		l.Page(origin, "/a b", row.page)
		r := l.f.Result()
		if !slices.Contains(r.Policy[row.directive], row.source) {
			t.Errorf("%s: %v, want %s %s", row.page, r.Policy, row.directive, row.source)
		}
		if err := r.Policy.Check(); err != nil {
			t.Errorf("%s: %v", row.page, err)
		}
	}
	for _, page := range []string{
		`<script src="/x.js"></script><img src="x.png"><form action="?q"><a href="https://elsewhere.example">`, `<script type="application/json">{}</script>`,
		`<!-- <script>x()</script> -->`, `<img src="https://;.example/">`, `<img src="http://[">`, `<script> </script>`, "<script>\xff</script>", `<img src="javascript:x">`,
	} {
		l, _ := learner(t)
		l.Page(origin, "/", page)
		if r := l.f.Result(); len(r.Policy)+len(r.Refused) > 0 {
			t.Errorf("%s: %+v", page, r)
		}
	}
}

// What differs each time has no hash, and neither it nor the path shows a secret.
func TestWhatDiffers(t *testing.T) {
	l, file := learner(t)
	for n := range 9 {
		l.Page(origin, fmt.Sprintf("/reset/%d/%s", n, strings.Repeat("secret", 5)), fmt.Sprintf(`<script>var token = "secret%d", n = %d</script><a href="javascript:go()">`, n, n))
	}
	r := l.f.Result()
	if len(r.Policy["script-src"]) > 0 || len(r.Refused) != 2 || len(l.f.Inline) != maxAlike+1 || r.Pages != 1 {
		t.Errorf("%+v", r)
	}
	data, err := os.ReadFile(file)
	if err != nil || strings.Contains(string(data), "secret") {
		t.Errorf("%v %s", err, data)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
}

func TestReports(t *testing.T) {
	for _, row := range []struct {
		name, document, directive, blocked string
		allowed                            string // in the policy
		unconfirmed                        string
	}{
		{"an image", "/known?q=secret", "img-src", "https://i.example/x.png?secret", "https://i.example", ""},
		{"a font of data", "/known", "font-src", "data", "data:", ""},
		{"a script that the page's script names", "/known", "script-src-elem", "https://named.example/x.js", "https://named.example", ""},
		{"a script", "/known", "script-src-elem", "https://evil.example/x.js", "", "https://evil.example"},
		{"a connection", "/known", "connect-src", "wss://evil.example/x", "", "wss://evil.example"},
		{"eval", "/known", "script-src", "eval", "", "'unsafe-eval'"},
		{"framed by itself", "/known", "frame-ancestors", "https://shop.example", "'self'", ""},
		{"a page that never passed", "/unknown", "img-src", "https://i.example", "", ""},
		{"an extension", "/known", "script-src-elem", "chrome-extension", "", ""},
		{"an unknown directive", "/known", "x-src", "https://i.example", "", ""},
		{"a host that ends the header", "/known", "img-src", "https://i.example;script-src *", "", ""},
	} {
		l, _ := learner(t)
		l.Page(origin, "/known", `<script>load("https://named.example/x.js")</script>`)
		before := len(l.f.Result().Needed)
		send(l, origin+row.document, row.directive, row.blocked)
		r := l.f.Result()
		var got, open string
		if len(r.Needed) > before {
			got = r.Needed[len(r.Needed)-1].Source
		}
		if len(r.Unconfirmed) > 0 {
			open = r.Unconfirmed[0].Source
		}
		if got != row.allowed || open != row.unconfirmed || strings.Contains(fmt.Sprint(r), "secret") {
			t.Errorf("%s: %q %q, want %q %q", row.name, got, open, row.allowed, row.unconfirmed)
		}
	}
}

// Whoever sends many reports, or pages, takes no more than there is, and leaves
// what was there and the room of the pages themselves.
func TestBounds(t *testing.T) {
	l, file := learner(t)
	l.Page(origin, "/", `<img src="https://first.example">`)
	for n := range 2 * maxSources {
		send(l, origin+"/", "img-src", fmt.Sprintf("https://%d.example", n))
	}
	l.Page(origin, "/", `<img src="https://last.example">`)
	for n := range 2 * maxSources {
		l.Page(origin, fmt.Sprintf("/p%d", n), fmt.Sprintf(`<script src="https://%d.example"></script><script>f%c%c%c()</script>`, n, 'a'+n%26, 'a'+n/26%26, 'a'+n/676))
	}
	f := l.f
	if len(f.Sources) != maxSources || len(f.Inline) > maxSources || len(f.Pages) != maxPages || f.Dropped < maxSources {
		t.Errorf("%d %d %d %d", len(f.Sources), len(f.Inline), len(f.Pages), f.Dropped)
	}
	r := f.Result()
	for _, want := range []string{"https://first.example", "https://last.example"} {
		if !slices.Contains(r.Policy["img-src"], want) {
			t.Errorf("%s is gone", want)
		}
	}
	var b strings.Builder
	if err := r.Text(&b); err != nil || !strings.Contains(b.String(), "findings left out") {
		t.Errorf("%v: nothing says that something was left out", err)
	}
	if info, err := os.Stat(file); err != nil || info.Size() > 1<<20 {
		t.Errorf("%v %v", info, err)
	}
	// Another process goes on where this one was, and forgets what is old.
	again, err := New(file, nil, nil)
	if err != nil || len(again.f.Sources) != maxSources {
		t.Errorf("%v", err)
	}
	again.f.forget(time.Now().AddDate(0, 0, keepDays+1))
	if len(again.f.Sources)+len(again.f.Pages)+len(again.f.Inline) > 0 {
		t.Error("old findings are kept")
	}
}

// A page passes as it is; one that is too long or breaks off is not judged.
func TestBody(t *testing.T) {
	for _, row := range []struct {
		name string
		page string
		all  bool
		want int
	}{
		{"whole", "<p>", true, 1}, {"broken off", "<p>", false, 0}, {"too long", strings.Repeat("x", maxPage+1), true, 0}, {"as long as can be", strings.Repeat("x", maxPage), true, 1},
	} {
		l, _ := learner(t)
		body := l.Body(origin, "/", io.NopCloser(strings.NewReader(row.page)))
		if row.all {
			if got, err := io.ReadAll(body); err != nil || string(got) != row.page {
				t.Errorf("%s: %v", row.name, err)
			}
		}
		body.Close()
		if len(l.f.Pages) != row.want || len(l.reading) != 0 {
			t.Errorf("%s: %d pages", row.name, len(l.f.Pages))
		}
	}
	l, _ := learner(t)
	for range 2 * maxReading {
		l.Body(origin, "/", io.NopCloser(strings.NewReader("")))
	}
	if len(l.reading) != maxReading {
		t.Errorf("%d pages are read at a time", len(l.reading))
	}
}

func TestPrint(t *testing.T) {
	l, file := learner(t)
	l.Page(origin, "/", `<script src="https://cdn.example/x.js"></script><a onclick="go('x')">`)
	send(l, origin+"/", "script-src", "eval")
	var b strings.Builder
	if err := Print(&b, filepath.Dir(file), false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"script-src": {"'self'", `, "Content-Security-Policy: default-src 'self'; script-src 'self' 'sha256-", "https://cdn.example", "handler: go(…)", "better a listener", "Anyone can send a report", "'unsafe-eval'"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, b.String())
		}
	}
	b.Reset()
	if err := Print(&b, filepath.Dir(file), true); err != nil || !strings.Contains(b.String(), `"unconfirmed": [`) {
		t.Errorf("%v %s", err, b.String())
	}
	b.Reset()
	if err := Print(&b, t.TempDir(), false); err != nil || !strings.Contains(b.String(), "No page has been read") {
		t.Errorf("%v %s", err, b.String())
	}
}
