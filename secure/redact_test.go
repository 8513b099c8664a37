package secure

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestRedact(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"", ""},
		{"nothing to see", "nothing to see"},
		{"dial tcp 127.0.0.1:5432: connection refused", "dial tcp 127.0.0.1:5432: connection refused"},
		{"secure: CSRF: The CSRF token is missing.", "secure: CSRF: The CSRF token is missing."},
		{"dewar: bind form \"password\": it is required", "dewar: bind form \"password\": it is required"},
		{"http://localhost:5000/page", "http://localhost:5000/page"},
		{"parse postgres://ada:hunter2@db/x: no", "parse postgres://ada:[secret]@db/x: no"},
		{"redis://:hunter2@cache:6379/0", "redis://:[secret]@cache:6379/0"},
		{"amqp://a:h@unter2@mq", "amqp://a:[secret]@mq"},
		{"ada:hunter2@tcp(127.0.0.1:3306)/shop", "ada:[secret]@tcp(127.0.0.1:3306)/shop"},
		{"host=db user=ada password=hunter2 dbname=x", "host=db user=ada password=[secret] dbname=x"},
		{"password='hunter 2' x", "password=[secret] x"},
		{"GET /reset?token=hunter2&page=2", "GET /reset?token=[secret]&page=2"},
		{`{"password":"hunter2","name":"ada"}`, `{"password":[secret],"name":"ada"}`},
		{`{"api_key": "hunter2"}`, `{"api_key": [secret]}`},
		{"{Name:ada Password:hunter2 Age:3}", "{Name:ada Password:[secret] Age:3}"},
		{"map[Authorization:[Bearer hunter2] Accept:[x]]", "map[Authorization:[secret] Accept:[x]]"},
		{"map[password:[hunter2] title:[x]]", "map[password:[secret] title:[x]]"},
		{"Cookie: session=hunter2; theme=dark\nHost: x", "Cookie: [secret]\nHost: x"},
		{"sent Bearer hunter2hunter2 along", "sent Bearer [secret] along"},
		{"shop/token.go:17 +0x1d", "shop/token.go:17 +0x1d"},
		{`saw "{\"password\":\"hunter2\"}" at 3`, `saw "{\"password\":[secret]}" at 3`},
		{`{"password":"hunt\"er2","name":"ada"}`, `{"password":[secret],"name":"ada"}`},
		{`password="hunter2 and the rest was cu`, "password=[secret]"},
		{"token=[hunter2 and\nthe next line", "token=[secret]\nthe next line"},
		{"see://x and postgres://ada:hunter2@db", "see://x and postgres://ada:[secret]@db"},
	} {
		if got := Redact(row.text); got != row.want {
			t.Errorf("%q:\ngot  %q\nwant %q", row.text, got, row.want)
		}
		if once := Redact(row.text); Redact(once) != once {
			t.Errorf("%q: a second time gives %q", once, Redact(once))
		}
	}
	if got := Redact("the value was opensesame", "opensesame", "the", ""); got != "the value was [secret]" {
		t.Errorf("got %q", got)
	}
	if got := Redact(strings.Repeat("x", 1<<20)); len(got) > maxRedact+4 {
		t.Errorf("%d bytes", len(got))
	}
	for name, row := range map[string]struct {
		text    string
		secrets []string
		want    string
	}{
		"short ones are not sought":     {"dewar: host", []string{"dewar", "host"}, "dewar: host"},
		"one within another":            {"a opensesame b", []string{"sesame", "opensesame"}, "a [secret] b"},
		"two that overlap":              {"a opensesameseeds b", []string{"opensesame", "sesameseeds"}, "a [secret] b"},
		"side by side":                  {"opensesameopensesame", []string{"opensesame"}, "[secret]"},
		"the start of a longer one":     {"a opensesame b", []string{"opensesame", "opensesame and more"}, "a [secret] b"},
		"long, and only begun":          {"a " + strings.Repeat("long", 20) + " b", []string{strings.Repeat("long", 30)}, "a [secret] b"},
		"within a pair":                 {"password=opensesame!", []string{"opensesame"}, "password=[secret]"},
		"pieces of the mark":            {"secure: bad path", []string{"secure", "[secre", "secret]", "ecret]"}, "[secret]: bad path"},
		"the mark":                      {"a [secret] b", []string{"[secret]"}, "a [secret] b"},
		"any bytes":                     {"a \xff\xfe\xff\xfe\xff\xff b", []string{"\xff\xfe\xff\xfe\xff\xff"}, "a [secret] b"},
		"begun where the text was cut":  {strings.Repeat("x", maxRedact-8) + "opensesame", []string{"opensesame"}, strings.Repeat("x", maxRedact-8) + "[secret]…"},
		"begun where the text is whole": {"a opensesa", []string{"opensesame"}, "a opensesa"},
	} {
		if got := Redact(row.text, row.secrets...); got != row.want {
			t.Errorf("%s:\ngot  %q\nwant %q", name, got, row.want)
		}
	}
}

// TestRedactIsLinear: whatever a client sends as text and as secrets, each byte is
// looked at a bounded number of times and the text grows by a bounded number of bytes.
func TestRedactIsLinear(t *testing.T) {
	many := func(n int, f func(i int) string) (list []string) {
		for i := range n {
			list = append(list, f(i))
		}
		return list
	}
	fill := func(s string) string { return strings.Repeat(s, maxRedact/len(s)) }
	for name, row := range map[string]struct {
		text    string
		secrets []string
	}{
		// Replaced one after another these grew as Fibonacci's numbers do.
		"pieces of the mark":    {fill("secure dewar "), slices.Repeat([]string{"[secret", "ecret]", "[secre", "secure", "dewar "}, 20)},
		"one letter":            {fill("a"), many(300, func(i int) string { return strings.Repeat("a", i+6) })},
		"almost a secret":       {fill("a"), []string{strings.Repeat("a", maxRedact/2) + "b"}},
		"often almost a secret": {fill(strings.Repeat("a", 31) + "c"), many(100, func(i int) string { return strings.Repeat("a", 30) + string(rune('d'+i)) })},
		"many secrets":          {fill("abcdef"), many(8000, func(i int) string { return fmt.Sprintf("abcdef%06d", i) })},
		"fields of one letter":  {fill("pin=x "), nil},
		"brackets left open":    {fill("pin=[x pin=b "), nil},
		"quotes left open":      {fill(`pin=\"x pin='b `), nil},
		"backslashes":           {fill(`a\\\\`) + fill(`\`), nil},
		"spaces":                {fill("pin        "), nil},
		"equals signs":          {fill("pin="), nil},
		"users of URLs":         {fill("://a:"), nil},
		"passwords of URLs":     {fill("://a:b@"), nil},
		"a URL that goes on":    {"://a:b@" + fill("a:"), nil},
		"DSNs":                  {fill("a:b@tcp("), nil},
		"DSNs that go on":       {fill("a:"), nil},
		"headers":               {fill("Cookie: "), nil},
		"headers left open":     {fill("Cookie:[\n"), nil},
		"schemes":               {fill("Basic "), nil},
		"credentials":           {fill("Basic 12345678"), nil},
		"words":                 {fill("password"), nil},
		"names in a row":        {fill("password:"), nil},
	} {
		if len(row.text) > maxRedact {
			row.text = row.text[:maxRedact]
		}
		checkLinear(t, name, row.text, row.secrets)
	}
}

func checkLinear(t *testing.T, name, text string, secrets []string) {
	t.Helper()
	r := redactor{text: text}
	r.secrets(secrets, false)
	if most := (sureSecret + 2) * (len(text) + 1); r.steps > most {
		t.Errorf("%s: %d steps for the secrets in %d bytes", name, r.steps, len(text))
	}
	r.steps = 0
	r.userinfo()
	r.dsn()
	r.pairs()
	if most := 20 * (len(text) + 1); r.steps > most {
		t.Errorf("%s: %d steps for the pairs in %d bytes", name, r.steps, len(text))
	}
	if got := Redact(text, secrets...); len(got) > len(text)+redactSlack+len("…") {
		t.Errorf("%s: %d bytes of %d", name, len(got), len(text))
	}
}

func TestSensitiveName(t *testing.T) {
	for name, want := range map[string]bool{
		"password": true, "PASSWORD": true, "user[password]": true, "current-password": true, "Authorization": true, "Cookie": true,
		"Set-Cookie": true, "X-Api-Key": true, "api_key": true, "client_secret": true, "access_token": true, "csrf_token": true, "DSN": true, "pin": true,
		"title": false, "author": false, "pinned": false, "session": false, "keyboard": false, "compass": false,
	} {
		if SensitiveName(name) != want {
			t.Errorf("%s: want %v", name, want)
		}
	}
}

// FuzzSensitiveName compares the words with the pattern that finds them in texts.
func FuzzSensitiveName(f *testing.F) {
	pattern := regexp.MustCompile(`(?i)passwor[dt]|passwd|passphrase|\bpwd\b|\bpass\b|secret|token|api[-_]?key|private[-_]?key|access[-_]?key|signing[-_]?key|authorization|cookie|credential|csrf|session[-_]?id|\bsid\b|\botp\b|\bpin\b|\bdsn\b`)
	for _, name := range []string{"x-pin", "pin_", "a.dsn", "PASS", "compass", "pass.word", "Api-Key", "sid sid", "pinpin pin", strings.Repeat("x", 70) + "otp", "K\u212aIN"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if strings.ContainsAny(name, "\u212a\u017f") {
			return // letters that fold into ASCII
		}
		if got := SensitiveName(name); got != pattern.MatchString(name) {
			t.Errorf("%q: got %v", name, got)
		}
	})
}

func TestRequestSecrets(t *testing.T) {
	r := httptest.NewRequest("POST", "/x?reset_token=in-query&page=12345", nil)
	r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("ada:in-basic")))
	r.Header.Set("Cookie", "session=in-cookie; theme=dark1")
	r.Header.Set("X-Api-Key", "in-header")
	r.Header.Set("Origin", "https://evil.example")
	r.Header.Add("Cookie", "a=evil.example; b=\"in-quotes\"; in-no-pair; c=example.com; d=xample.co")
	r.Header.Set("Accept", "text/html")
	got := strings.Join(RequestSecrets(r, url.Values{"password": {"in-form"}, "title": {"Title"}}), "|")
	for _, want := range []string{"in-quotes|", "in-no-pair", "in-query", "in-basic", "in-cookie", "in-header", "in-form"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing from %s", want, got)
		}
	}
	for _, no := range []string{"evil", "example", "12345", "text/html", "Title"} {
		if strings.Contains(got, no) {
			t.Errorf("%s is in %s", no, got)
		}
	}
}

func TestRedactAttr(t *testing.T) {
	var b bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&b, &slog.HandlerOptions{ReplaceAttr: RedactAttr}))
	r := httptest.NewRequest("GET", "/x?token=hunter2", nil)
	r.Header.Set("Authorization", "Bearer hunter2")
	u, _ := url.Parse("https://ada:hunter2@example.com/?token=hunter2")
	log.Info("signed in with password=hunter2", "password", "hunter2", "pin", 4711, "user", "ada", "header", r.Header, "form", url.Values{"password": {"hunter2"}, "title": {"T"}},
		"request", r, "url", u, "error", fmt.Errorf("dial: %w", errors.New("postgres://ada:hunter2@db")), "cookies", []*http.Cookie{{Name: "a", Value: "hunter2"}},
		slog.Group("db", "dsn", "ada:hunter2", "rows", 3), "line", "a\nb")
	got := b.String()
	if strings.Contains(got, "hunter2") || strings.Contains(got, "4711") || strings.Count(got, "\n") != 1 {
		t.Error(got)
	}
	for _, want := range []string{`"user":"ada"`, `"title":["T"]`, `"rows":3`, `"level":"INFO"`, `"line":"a\nb"`, `Z","level"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing from %s", want, got)
		}
	}
}

// FuzzRedact: no secret stays, whatever surrounds it, and time and size are linear.
// The secrets are given as lines; the text is repeated up to its bound.
func FuzzRedact(f *testing.F) {
	f.Add("host=db ", " dbname=x", "opensesame")
	f.Add("{", "}", "[secret\necret]\nsecure")
	f.Add("pin=[x pin=b ", "", "")
	f.Add("://a:", "@tcp(", "aaaaaaa\naaaaaaaaaaaaaab")
	f.Fuzz(func(t *testing.T, before, after, lines string) {
		secrets := strings.Split(lines, "\n")
		if len(before)+len(after)+len(lines) > 1000 {
			return
		}
		r := redactor{text: before + lines + after}
		r.secrets(secrets, false)
		for _, s := range secrets {
			for at := 0; len(s) >= minSecret; at++ {
				i := strings.Index(r.text[at:], s)
				if i < 0 {
					break
				}
				at += i
				if !covered(r.found, span{at, at + len(s)}) {
					t.Errorf("%q: %q at %d is not found", r.text, s, at)
				}
			}
		}
		const secret = "hunter2hunter2"
		if !strings.Contains(before+after, "hunter2") {
			if got := Redact(before + " password=" + secret + " " + after); strings.Contains(got, secret) {
				t.Errorf("%q", got)
			}
		}
		if text := before + after; text != "" {
			checkLinear(t, text, strings.Repeat(text, 1+8000/len(text)), secrets)
			checkLinear(t, text, strings.Repeat(before, 1+4000/(len(before)+1))+strings.Repeat(after, 1+4000/(len(after)+1)), secrets)
		}
	})
}

// covered reports whether every byte of a span is in one of the others.
func covered(found []span, s span) bool {
	for at := s.from; at < s.to; at++ {
		if !slices.ContainsFunc(found, func(f span) bool { return f.from <= at && at < f.to }) {
			return false
		}
	}
	return true
}
