package dewar_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/secure"
)

// TestLinesOfTheLogAreShort: whatever an outsider makes long, no line that it leads to
// is, at any level, and neither is the page that refuses it.
func TestLinesOfTheLogAreShort(t *testing.T) {
	long := strings.Repeat("x", 50_000)
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }))
	defer backend.Close()
	app, log := logged(t, dewar.LogOptions{Level: slog.LevelDebug}, func(c *dewar.Config) { c.Loopback, c.Debug = true, true })
	app.Fallback(backend.URL)
	app.Post("/form", func(c *dewar.Context) error {
		_, err := c.FormValues()
		if err == nil {
			_, err = c.FormFile("f")
		}
		return err
	})
	app.Post("/json", func(c *dewar.Context) error {
		var in struct {
			A map[string]int `json:"a"`
			N int            `query:"n"`
		}
		return c.Bind(dewar.Strict(&in))
	})
	app.Get("/next", func(c *dewar.Context) error { return c.Redirect(dewar.Path(c.Query("next"))) })
	app.Get("/user", func(c *dewar.Context) error {
		c.SetUserID(c.Query("id"))
		c.Emit(dewar.SecurityEvent{Name: dewar.EventLoginFail, User: c.Query("id"), Detail: c.Query("id"), Err: errors.New(c.Query("id"))})
		return c.NoContent()
	})
	app.Get("/fails", func(c *dewar.Context) error {
		c.Session().Get("a")
		return fmt.Errorf("the header %q", c.Request().Header)
	})
	app.Post("/csp", dewar.Wrap(&secure.CSPReports{OnNew: func(r secure.CSPReport) { app.Logger().Warn("csp", "report", r) }})).InsecureNoCSRF()
	post := func(path, kind, body string) string {
		return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: none\r\nContent-Type: " + kind + "\r\nContent-Length: " + fmt.Sprint(len(body)) + "\r\n\r\n" + body
	}
	get := func(path string, header ...string) string {
		return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + strings.Join(header, "\r\n")
	}
	part := func(disposition string) string {
		return "--b\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\nx\x00\r\n--b--\r\n"
	}
	for name, request := range map[string]string{
		"method":                   strings.ToUpper(long) + " / HTTP/1.1\r\nHost: localhost",
		"path":                     get("/" + long[:8000]),
		"path, refused":            get("/" + long[:8000] + "%2f"),
		"path, too long":           get("/" + long),
		"host":                     "GET / HTTP/1.1\r\nHost: " + long,
		"user agent":               get("/%2f", "User-Agent: "+long),
		"referer":                  get("/fails", "Referer: "+long),
		"header names":             get("/fails", strings.Repeat("X-"+long[:4000]+": x\r\n", 10)+"A: b"),
		"cookies":                  get("/fails", "Cookie: session="+long),
		"request id":               get("/", "X-Request-Id: "+long),
		"forwarded":                get("/", "X-Forwarded-For: "+long),
		"origin":                   "POST /json HTTP/1.1\r\nHost: localhost\r\nOrigin: https://" + long + "\r\nContent-Length: 0",
		"fetch site":               "POST /json HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: " + long + "\r\nContent-Length: 0",
		"token":                    "POST /json HTTP/1.1\r\nHost: localhost\r\nCookie: a=b1\r\nX-CSRFToken: " + long + "\r\nContent-Length: 0",
		"content type":             post("/json", "application/"+long, "{}"),
		"content type of a form":   post("/form", "multipart/form-data; boundary="+long, "x"),
		"content coding":           strings.Replace(post("/form", urlencoded, "a=b"), "Sec-Fetch-Site", "Content-Encoding: "+long+"\r\nSec-Fetch-Site", 1),
		"field name":               post("/form", urlencoded, long+"=%00"),
		"field name, multipart":    post("/form", multipartB, part(`name="`+long[:7000]+`"`)),
		"file name":                post("/form", multipartB, part(`name="f"; filename="`+long[:7000]+"\x00\"")),
		"header of a part":         post("/form", multipartB, "--b\r\n"+long+": x\r\n\r\nx\r\n--b--"),
		"JSON, field":              post("/json", "application/json", `{"`+long+`":1}`),
		"JSON, key":                post("/json", "application/json", `{"a":{"`+long+`":"x"}}`),
		"JSON, number":             post("/json", "application/json", `{"a":{"b":1`+strings.Repeat("0", 40_000)+`}}`),
		"JSON, syntax":             post("/json", "application/json", long),
		"query value":              post("/json?n="+long, "application/json", "{}"),
		"redirect":                 get("/next?next=//" + long),
		"user":                     get("/user?id=" + long),
		"upgrade":                  get("/", "Connection: Upgrade", "Upgrade: "+long),
		"range":                    get("/", "Range: bytes="+long),
		"report":                   post("/csp", "application/csp-report", `{"csp-report":{"document-uri":"http://localhost/`+long+`","blocked-uri":"`+long+`","effective-directive":"`+long+`","script-sample":"`+long[:9000]+`"}}`),
		"sent on, with everything": get("/elsewhere/"+long[:7000], "User-Agent: "+long[:20000], "Referer: "+long[:20000]),
	} {
		t.Run(name, func(t *testing.T) {
			log.Reset()
			answer := receive(t, app, request)
			for line := range strings.Lines(log.String()) {
				limit := 2000
				if strings.Contains(line, `"msg":"exception"`) || strings.Contains(line, `"msg":"csp"`) {
					limit = 10_000 // an error's text is 8 KiB at most
				}
				if len(line) > limit {
					t.Errorf("a line of %d bytes: %.300s", len(line), line)
				}
			}
			if size := answer.ContentLength; size > 12_000 && answer.StatusCode < 500 { // debug mode shows the causes of those
				t.Errorf("an answer of %d bytes", size)
			}
			if log.Len() == 0 || answer.StatusCode == 0 {
				t.Errorf("%d, and no line", answer.StatusCode)
			}
		})
	}
}

// TestReasonsKeepTheirWords: no cookie takes words out of what an event or an error
// says.
func TestReasonsKeepTheirWords(t *testing.T) {
	app, log := logged(t, dewar.LogOptions{}, func(c *dewar.Config) { c.Loopback = true })
	app.Get("/next", func(c *dewar.Context) error { return c.Redirect(dewar.Path(c.Query("next"))) })
	app.Post("/post", text("x"))
	app.Get("/down", func(*dewar.Context) error { return errors.New("dial db.internal: connection refused") })
	for request, says := range map[string]string{
		"GET / HTTP/1.1\r\nHost: evil.example\r\nCookie: a=evil.example; b=TrustedHosts; c=host \"evil.example\" is not among":       `host \"evil.example\" is not among TrustedHosts`,
		"GET /next?next=//evil.example HTTP/1.1\r\nHost: localhost\r\nCookie: a=//evil.example; b=redirect target":                   `Path(\"//evil.example\") is no path within the app: secure: redirect target is not a path`,
		"POST /post HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\nCookie: a=The origin of the request; b=match the": `"reason":"403 Forbidden: The origin of the request does not match the host.`,
		"GET /down HTTP/1.1\r\nHost: localhost\r\nCookie: a=db.internal; b=connection; c=refused; d=internal":                        `"error":"dial db.internal: connection refused"`,
	} {
		log.Reset()
		receive(t, app, request)
		if !strings.Contains(log.String(), says) {
			t.Errorf("%q does not say %q: %s", request, says, log)
		}
	}
}
