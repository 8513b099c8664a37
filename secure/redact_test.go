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
	pattern := regexp.MustCompile(`(?i)` + sensitive)
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
	r.Header.Set("Accept", "text/html")
	got := strings.Join(RequestSecrets(r, url.Values{"password": {"in-form"}, "title": {"Title"}}), "|")
	for _, want := range []string{"in-query", "in-basic", "in-cookie", "in-header", "in-form"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing from %s", want, got)
		}
	}
	for _, no := range []string{"12345", "text/html", "Title"} {
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

// FuzzRedact: whatever surrounds it, a planted password does not stay.
func FuzzRedact(f *testing.F) {
	f.Add("host=db ", " dbname=x")
	f.Add("{", "}")
	f.Fuzz(func(t *testing.T, before, after string) {
		const secret = "hunter2hunter2"
		if strings.Contains(before+after, "hunter2") || len(before)+len(after) > 1000 {
			return
		}
		if got := Redact(before+secret+after, secret); strings.Contains(got, secret) {
			t.Errorf("%q", got)
		}
		if got := Redact(before + " password=" + secret + " " + after); strings.Contains(got, secret) {
			t.Errorf("%q", got)
		}
	})
}
