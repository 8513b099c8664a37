package flaskapps

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// startFlask starts one of the applications with data of its own in folder, and
// returns its URL. Without Flask the test is skipped, or fails where services are
// required.
func startFlask(t *testing.T, name, folder string) string {
	t.Helper()
	cmd := exec.Command("/usr/bin/python3", "-B", "testdata/serve.py", name, folder)
	cmd.Env = append(os.Environ(), "PYTHONHASHSEED=0") // the order of methods in Allow
	var log bytes.Buffer
	cmd.Stderr = &log
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	var port string
	if err == nil {
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			if t.Failed() {
				t.Logf("%s", log.Bytes())
			}
		})
		port, err = bufio.NewReader(stdout).ReadString('\n')
	}
	if err != nil {
		_ = cmd.Wait()
		if os.Getenv("DEWAR_TEST_SERVICES") != "required" && (cmd.Process == nil || strings.Contains(log.String(), "ModuleNotFoundError")) {
			t.Skipf("this needs /usr/bin/python3 with Flask, Flask-Login, Flask-WTF and Flask-SQLAlchemy: %v %s", err, log.Bytes())
		}
		t.Fatalf("%s does not start: %v\n%s", name, err, log.Bytes())
	}
	return "http://127.0.0.1:" + strings.TrimSpace(port)
}

// A step is a request of a crawl.
type step struct {
	name         string
	method, path string
	form         url.Values // sent with the token of the last page
	body, kind   string     // sent in place of a form
	header       map[string]string
	forget       string // a cookie that the browser has lost
	status       int
	signsOut     bool   // flask.Logout empties the session; Flask-Login leaves what is not its own
	want         string // in the body: the crawl is where it should be
}

// A visitor is a browser that keeps cookies and the token of the last page. It is
// too old for Sec-Fetch-Site and Origin, so that tokens decide.
type visitor struct {
	t       *testing.T
	base    string
	cookies map[string]string
	token   string
}

// An answer is what came back, without what differs from run to run.
type answer struct {
	status int
	header http.Header
	body   string
}

var transport = &http.Transport{DisableCompression: true}

func (v *visitor) do(s step) answer {
	v.t.Helper()
	body, kind := s.body, s.kind
	if s.form != nil {
		form := maps.Clone(s.form)
		if !form.Has("csrf_token") {
			form.Set("csrf_token", v.token)
		}
		body, kind = form.Encode(), "application/x-www-form-urlencoded"
	}
	r, err := http.NewRequest(s.method, v.base+s.path, strings.NewReader(strings.ReplaceAll(body, "{token}", v.token)))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Host = "localhost"
	r.Header.Set("User-Agent", "crawl/1.0")
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for name, value := range s.header {
		r.Header.Set(name, strings.ReplaceAll(value, "{token}", v.token))
	}
	delete(v.cookies, s.forget)
	for _, name := range slices.Sorted(maps.Keys(v.cookies)) {
		r.AddCookie(&http.Cookie{Name: name, Value: v.cookies[name]})
	}
	resp, err := transport.RoundTrip(r)
	if err != nil {
		v.t.Fatalf("%s: %v", s.name, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatalf("%s: %v", s.name, err)
	}
	for _, c := range resp.Cookies() {
		if c.MaxAge < 0 || c.Value == "" {
			delete(v.cookies, c.Name)
		} else {
			v.cookies[c.Name] = c.Value
		}
	}
	if token := tokens.FindString(string(data)); token != "" {
		v.token = token
	}
	if s.status != resp.StatusCode || !strings.Contains(text(string(data)), text(s.want)) {
		v.t.Errorf("%s: %s %s: %d, want %d with %q:\n%.600s", s.name, s.method, s.path, resp.StatusCode, s.status, s.want, data)
	}
	if l := resp.Header.Get("Content-Length"); l != "" && s.method != http.MethodHead && l != fmt.Sprint(len(data)) {
		v.t.Errorf("%s: Content-Length %s for %d bytes", s.name, l, len(data))
	}
	return answer{resp.StatusCode, resp.Header, string(data)}
}

var (
	tokens  = regexp.MustCompile(`[\w-]{20,}\.[\w-]{6}\.[\w-]{27}\b`)
	fields  = regexp.MustCompile(`(<form[^>]*>)<input type="hidden" name="csrf_token" value="TOKEN">`)
	nonces  = regexp.MustCompile(` nonce="[^"]*"`)
	entity  = regexp.MustCompile(`-[0-9]+"$|"[0-9a-f]{40}"`)
	expires = regexp.MustCompile(`(?i)expires=[^;]*`)
)

// text is a body without tokens and nonces. Debian's Werkzeug 2.2 quotes more in the
// queries that it builds than Werkzeug 3 and Dewar.
func text(body string) string {
	body = nonces.ReplaceAllString(tokens.ReplaceAllString(unquote.Replace(body), "TOKEN"), "")
	return fields.ReplaceAllString(body, "$1") // Dewar adds one where a macro makes the form's own
}

var unquote = strings.NewReplacer("next=%2F", "next=/", "explore%2F", "explore/", "%3Fpage", "?page")

// cookie is a Set-Cookie with what is in a session in place of its signature.
func cookie(line string) string {
	name, rest, _ := strings.Cut(line, "=")
	value, attrs, _ := strings.Cut(rest, ";")
	parts := strings.Split(strings.ToLower(expires.ReplaceAllString(attrs, "expires")), ";")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	if slices.ContainsFunc(parts, func(s string) bool { return strings.HasPrefix(s, "max-age") }) { // which goes before it
		parts = slices.DeleteFunc(parts, func(s string) bool { return s == "expires" })
	}
	slices.Sort(parts)
	if name == "session" && value != "" {
		value = payload(value)
	}
	return name + "=" + value + "; " + strings.Join(parts, "; ")
}

// payload is the JSON in a session's cookie.
func payload(value string) string {
	packed := strings.HasPrefix(value, ".")
	value, _, _ = strings.Cut(strings.TrimPrefix(value, "."), ".")
	data, err := base64.RawURLEncoding.DecodeString(value)
	if err == nil && packed {
		var r io.Reader
		if r, err = zlib.NewReader(bytes.NewReader(data)); err == nil {
			data, err = io.ReadAll(r)
		}
	}
	var m map[string]any
	if err == nil {
		err = json.Unmarshal(data, &m)
	}
	if err != nil {
		return err.Error()
	}
	if m["_fresh"] == false { // as without
		delete(m, "_fresh")
	}
	if m["csrf_token"] != nil {
		m["csrf_token"] = "TOKEN"
	}
	data, _ = json.Marshal(m)
	return string(data)
}

// added are the headers that Dewar adds to those of Flask.
var added = []string{
	"X-Content-Type-Options", "Referrer-Policy", "Clear-Site-Data", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "X-Frame-Options",
	"Content-Security-Policy", "Permissions-Policy",
}

// compare holds an answer against Flask's. moved are answers of Dewar's own, whose
// validators and caching are its own too.
func compare(t *testing.T, s step, flask, got answer, moved bool) {
	t.Helper()
	if flask.status != got.status {
		t.Errorf("%s: %d, Flask answers %d", s.name, got.status, flask.status)
	}
	if a, b := text(flask.body), text(got.body); a != b {
		at := 0
		for at < len(a) && at < len(b) && a[at] == b[at] {
			at++
		}
		from := max(0, at-80)
		t.Errorf("%s: %s %s: the body differs at byte %d:\n got  %q\n want %q", s.name, s.method, s.path, at, b[from:min(len(b), at+120)], a[from:min(len(a), at+120)])
	}
	skip := []string{"Date", "Server", "Connection"}
	if moved {
		skip = append(skip, "Content-Length", "Etag", "Cache-Control", "Vary", "Accept-Ranges", "Allow")
		if flask.body == "" {
			skip = append(skip, "Content-Type")
		}
		if s.signsOut {
			skip = append(skip, "Set-Cookie")
		}
	}
	for name := range flask.header {
		want, have := slices.Clone(flask.header[name]), slices.Clone(got.header[name])
		if name == "Set-Cookie" {
			for _, list := range [][]string{want, have} {
				for i := range list {
					list[i] = cookie(list[i])
				}
				slices.Sort(list)
			}
		}
		if name == "Etag" { // of the folder's name, and of tokens
			want, have = []string{entity.ReplaceAllString(want[0], "-")}, []string{entity.ReplaceAllString(strings.Join(have, ""), "-")}
		}
		if name == "Cache-Control" && len(have) > 0 && !moved { // answers with a cookie are in no shared cache
			have[0] = strings.TrimPrefix(have[0], "private, ")
		}
		if name == "Location" && len(have) > 0 {
			want[0], have[0] = text(want[0]), text(have[0])
		}
		if !slices.Contains(skip, name) && !slices.Equal(want, have) {
			t.Errorf("%s: %s is %q, Flask's is %q", s.name, name, have, want)
		}
	}
	for name := range got.header {
		if _, theirs := flask.header[name]; !theirs && !slices.Contains(added, name) && !slices.Contains(skip, name) {
			t.Errorf("%s: %s: %q is not of Flask", s.name, name, got.header[name])
		}
	}
}

// crawl makes the steps on one side.
func crawl(t *testing.T, base string, steps []step) (answers []answer) {
	t.Helper()
	v := &visitor{t: t, base: base, cookies: map[string]string{}}
	for _, s := range steps {
		answers = append(answers, v.do(s))
	}
	return answers
}
