package dewar_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/secure"
)

// logged is an app whose log goes to a buffer through the handler that apps have
// when they are given none.
func logged(t *testing.T, o dewar.LogOptions, change ...func(*dewar.Config)) (*dewar.App, *bytes.Buffer) {
	t.Helper()
	log := &bytes.Buffer{}
	app, _ := newApp(t, append([]func(*dewar.Config){func(c *dewar.Config) { c.Logger = slog.New(dewar.NewLogHandler(log, o)) }}, change...)...)
	return app, log
}

// lines decodes a log of JSON lines; message "" means all.
func lines(t *testing.T, log *bytes.Buffer, message string) []map[string]any {
	t.Helper()
	var list []map[string]any
	for line := range strings.Lines(log.String()) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if message == "" || entry["msg"] == message {
			list = append(list, entry)
		}
	}
	return list
}

// TestOneLineARequest: what a request's line has.
func TestOneLineARequest(t *testing.T) {
	app, log := logged(t, dewar.LogOptions{})
	app.Post("/users/<int:id>", func(c *dewar.Context) error {
		c.SetUserID("ada")
		return c.Text(c.Form("name") + c.UserID())
	})
	app.Get("/fails", func(*dewar.Context) error { return errors.New("broken") }).Name("fails")
	client := dewartest.New(t, app)
	client.PostForm("/users/7?token=hunter2", url.Values{"name": {"Ada"}})
	client.Get("/nowhere?token=hunter2")
	client.Get("/fails")
	got := lines(t, log, "request")
	if len(got) != 3 {
		t.Fatalf("%d lines: %s", len(got), log)
	}
	first := got[0]
	for name, want := range map[string]any{"level": "INFO", "method": "POST", "rule": "/users/<int:id>", "status": 200.0, "bytes": 6.0, "received": 8.0, "client": "127.0.0.1", "user": "ada"} {
		if first[name] != want {
			t.Errorf("%s: got %v, want %v", name, first[name], want)
		}
	}
	if id, _ := first["request_id"].(string); len(id) != 16 || first["took"].(float64) <= 0 || !strings.HasSuffix(first["time"].(string), "Z") {
		t.Errorf("got %v", first)
	}
	if got[1]["path"] != "/nowhere" || got[1]["rule"] != "" || got[1]["status"] != 404.0 || got[2]["level"] != "ERROR" {
		t.Errorf("got %v", got[1:])
	}
	if strings.Contains(log.String(), "hunter2") {
		t.Errorf("the query is in the log: %s", log)
	}
}

// plainHandler hides that a handler is the app's own.
type plainHandler struct{ slog.Handler }

// TestRequestLinesAreOfOneForm compares the short way of a request's line with
// slog's own handler.
func TestRequestLinesAreOfOneForm(t *testing.T) {
	varying := regexp.MustCompile(`"(time|took|request_id)":("[^"]*"|\d+)`)
	var got [2]string
	for i := range got {
		log := &bytes.Buffer{}
		app, _ := newApp(t, func(c *dewar.Config) {
			c.Logger = slog.New(dewar.NewLogHandler(log, dewar.LogOptions{}))
			if i == 1 {
				c.Logger = slog.New(plainHandler{dewar.NewLogHandler(log, dewar.LogOptions{})})
			}
		})
		app.Route("/hello", func(c *dewar.Context) error {
			c.SetUserID("Zoë \"\\\x00\x7f\xff\u2028<&>\t")
			b, err := io.ReadAll(c.Request().Body)
			if err != nil {
				return err
			}
			return c.Bytes("text/plain", b)
		}, "GET", "POST")
		client := dewartest.New(t, app)
		client.Do(client.NewRequest("POST", "/hello", strings.NewReader("body")))
		client.Get("/x%22%5C%20%0a/y")
		client.Get("/" + strings.Repeat("long", 100))
		client.Do(client.NewRequest("TRACE", "/hello", nil))
		for line := range strings.Lines(log.String()) {
			if strings.Contains(line, `"msg":"request"`) {
				got[i] += varying.ReplaceAllString(line, `"$1":0`)
			}
		}
	}
	if got[0] != got[1] || strings.Count(got[0], "\n") != 4 {
		t.Errorf("short\n%s\nslog\n%s", got[0], got[1])
	}
}

// TestCVE_2020_36567_LogLinesAreNotForged: CVE-2020-36567 Gin's logger,
// CVE-2024-1681 Flask-CORS, CVE-2026-42507 net/textproto.
func TestCVE_2020_36567_LogLinesAreNotForged(t *testing.T) {
	for _, o := range []dewar.LogOptions{{}, {Text: true, Level: slog.LevelDebug}} {
		app, log := logged(t, o)
		app.Get("/signed-in", func(c *dewar.Context) error {
			c.SetUserID("ada\nlevel=INFO msg=forged")
			c.Log().Info("hello\r\nlevel=INFO msg=forged", "from", c.Query("q"))
			return fmt.Errorf("no such thing: %s", c.Query("q"))
		}).Guard(dewar.CORS(secure.CORSOptions{Origins: []string{appOrigin}}))
		client := dewartest.New(t, app)
		client.Header.Set("User-Agent", "x\r\nlevel=INFO msg=forged")
		client.Header.Set("Origin", "https://x\r\n{\"msg\":\"forged\"}")
		client.Get("/signed-in?q=" + url.QueryEscape("\r\nlevel=INFO msg=forged\n{\"msg\":\"forged\"}"))
		client.Get("/none%0d%0alevel=INFO%20msg=forged%0a%7b%22msg%22:%22forged%22%7d")
		client.Host = "localhost\r\nmsg=forged"
		client.Get("/")
		for line := range strings.Lines(log.String()) {
			ok := strings.HasPrefix(line, "time=") && o.Text || !o.Text && json.Valid([]byte(line)) && strings.HasPrefix(line, `{"time"`)
			if !ok || strings.HasPrefix(line, `{"msg":"forged"`) || strings.Contains(line, " msg=forged") && !strings.Contains(line, `\n`) {
				t.Errorf("forged: %q", line)
			}
		}
		if n := strings.Count(log.String(), "\n"); n < 6 {
			t.Errorf("%d lines: %s", n, log)
		}
	}
}

// database stands for an extension's settings.
type database struct {
	URL      string
	Password string
	Key      dewar.Secret
}

// TestNoSecretIsEverShown plants secrets everywhere a request and a program have
// some, lets everything fail, and looks for them in each log line, event and page.
func TestNoSecretIsEverShown(t *testing.T) {
	const (
		inHeader = "planted-bearer-0001"
		inBasic  = "planted-basic-0002"
		inCookie = "planted-cookie-0003"
		inForm   = "planted-form-0004"
		inQuery  = "planted-query-0005"
		inConfig = "planted-config-0006-0123456789abcdef"
		inDSN    = "planted-dsn-0007"
		inKey    = "planted-api-key-0008"
		inCSRF   = "planted-csrf-0009"
	)
	config := database{URL: "postgres://shop:" + inDSN + "@db/shop", Password: inDSN, Key: dewar.NewSecret(inConfig)}
	failures := map[string]func(c *dewar.Context) error{
		"error": func(c *dewar.Context) error { return fmt.Errorf("cannot connect to %s", config.URL) },
		"abort": func(c *dewar.Context) error { return &dewar.HTTPError{Code: 503, Err: fmt.Errorf("%+v", config)} },
		"forbidden": func(c *dewar.Context) error {
			return &dewar.HTTPError{Code: 403, Err: fmt.Errorf("wrong password %s", c.Form("password"))}
		},
		"panic":         func(c *dewar.Context) error { panic(config) },
		"panic pointer": func(c *dewar.Context) error { panic(fmt.Sprintf("%+v", &config)) },
		"panic header":  func(c *dewar.Context) error { panic(c.Request().Header) },
		"panic form":    func(c *dewar.Context) error { v, _ := c.FormValues(); panic(v) },
		"panic cookie":  func(c *dewar.Context) error { panic("cookie was " + c.Cookie("remember")) },
		"panic value":   func(c *dewar.Context) error { panic(c.Form("password")) },
		"panic query":   func(c *dewar.Context) error { panic(errors.New(c.Request().URL.String())) },
		"panic request": func(c *dewar.Context) error { panic(fmt.Sprintf("%+v", c.Request().Header) + c.Form("password")) },
		"template":      func(c *dewar.Context) error { return c.Render("fail.html", dewar.Vars{"password": c.Form("password")}) },
		"own log": func(c *dewar.Context) error {
			c.Log().Error("failed", "header", c.Request().Header, "password", c.Form("password"), "url", config.URL, "config", config.Key)
			return nil
		},
		"own event": func(c *dewar.Context) error {
			c.Emit(dewar.SecurityEvent{Name: dewar.EventLoginFail, User: "ada", Err: fmt.Errorf("%s is wrong", c.Form("password"))})
			return dewar.StatusError(401)
		},
		"driver": func(c *dewar.Context) error {
			return errors.New("shop:" + inDSN + "@tcp(127.0.0.1:3306)/x refused password=" + inDSN)
		},
		"after the page": func(c *dewar.Context) error {
			c.AfterThis(func(*dewar.Context) error { panic(c.Form("password")) })
			return c.Text("x")
		},
	}
	planted := []string{inHeader, inBasic, inCookie, inForm, inQuery, inConfig, inDSN, inKey, inCSRF, "YWRhOnBsYW50ZWQ"}
	for _, debug := range []bool{false, true} {
		for _, o := range []dewar.LogOptions{{Level: slog.LevelDebug}, {Level: slog.LevelDebug, Text: true}} {
			app, log := logged(t, o, func(c *dewar.Config) {
				c.Debug = debug
				c.SecretKey = dewar.NewSecret(inConfig)
			})
			for name, view := range failures {
				app.Post("/"+url.PathEscape(name), view).Name(name)
			}
			var events []string
			app.Signals.SecurityEvent.Connect(func(e dewar.SecurityEvent) { events = append(events, e.Detail+e.User) })
			client := dewartest.New(t, app)
			for name := range failures {
				for _, accept := range []string{"text/html", "application/json"} {
					for _, authorization := range []string{"Bearer " + inHeader, "Basic YWRhOnBsYW50ZWQtYmFzaWMtMDAwMg=="} {
						r := client.NewRequest("POST", "/"+url.PathEscape(name)+"?reset_token="+inQuery, strings.NewReader(url.Values{"password": {inForm}, "title": {"x"}}.Encode()))
						r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
						r.Header.Set("Accept", accept)
						r.Header.Set("Authorization", authorization)
						r.Header.Set("Cookie", "session=tampered."+inCookie+"; remember="+inCookie)
						r.Header.Set("X-Api-Key", inKey)
						r.Header.Set("X-Csrftoken", inCSRF)
						resp := client.Do(r)
						for _, secret := range planted {
							if strings.Contains(resp.Text, secret) {
								t.Errorf("debug %v, %s: the page shows %s: %s", debug, name, secret, resp.Text)
							}
						}
					}
				}
			}
			client.SecFetchSite = ""
			r := client.NewRequest("POST", "/error?token="+inQuery, nil) // the CSRF token decides, and is wrong
			r.Header.Set("Cookie", "session="+inCookie)
			r.Header.Set("X-Csrftoken", inCSRF)
			client.Do(r)
			text := log.String() + strings.Join(events, "|")
			for _, secret := range planted {
				if i := strings.Index(text, secret); i >= 0 {
					t.Errorf("debug %v, text %v: the log shows %s: …%s", debug, o.Text, secret, text[max(0, i-300):i+40])
				}
			}
			if n := strings.Count(text, "\n"); n < 100 || !strings.Contains(text, "[secret]") {
				t.Errorf("%d lines were looked at", n)
			}
		}
	}
}

// TestSecurityEvents: what is refused, and under which name it is said.
func TestSecurityEvents(t *testing.T) {
	app, log := logged(t, dewar.LogOptions{})
	app.Get("/", text("x")).Name("index")
	app.Post("/form", func(c *dewar.Context) error { return c.Text(c.Form("a")) }).Name("form").MaxBody(10)
	app.Post("/bind", func(c *dewar.Context) error {
		var in struct {
			Age int `form:"age"`
		}
		return c.Bind(&in)
	}).Name("bind")
	app.Get("/members", text("x")).Name("members").Guard(dewar.GuardFunc(dewar.StagePermission, "members", func(c *dewar.Context) error {
		c.SetUserID("ada")
		return dewar.StatusError(403)
	}))
	app.Get("/hidden", text("x")).Name("hidden").Guard(dewar.GuardFunc(dewar.StagePermission, "hide", func(*dewar.Context) error { return dewar.StatusError(404) }))
	app.Get("/limited", text("x")).Name("limited").Guard(dewar.GuardFunc(dewar.StageLimit, "limit", func(*dewar.Context) error { return dewar.StatusError(429) }))
	app.Get("/view", func(*dewar.Context) error { return dewar.StatusError(401) }).Name("view")
	app.Get("/session", func(c *dewar.Context) error { return c.Text(fmt.Sprint(c.Session().Get("a"))) }).Name("session")
	app.Get("/down", text("x")).Name("down").Guard(dewar.GuardFunc(dewar.StageLimit, "down", func(*dewar.Context) error { return dewar.StatusError(503) }))
	app.Get("/api", text("x")).Name("api").Guard(dewar.CORS(fromApp))
	client := dewartest.New(t, app)
	var sent []string
	app.Signals.SecurityEvent.Connect(func(e dewar.SecurityEvent) { sent = append(sent, string(e.Name)) })
	for _, row := range []struct {
		name, method, target, header, value, body string
		event, detail                             string
	}{
		{"a page", "GET", "/", "", "", "", "", ""},
		{"a page that is not there", "GET", "/none", "", "", "", "", ""},
		{"another method", "PUT", "/", "", "", "", "", ""},
		{"host", "GET", "/", "Host", "evil.example", "", "malicious_extraneous", "Bad Request"},
		{"path", "GET", "/a%00", "", "", "", "malicious_extraneous", "Bad Request"},
		{"TRACE", "TRACE", "/", "", "", "", "malicious_extraneous", "Method Not Allowed"},
		{"another site", "POST", "/form", "Sec-Fetch-Site", "cross-site", "", "malicious_cors", "csrf"},
		{"no token", "POST", "/form", "Sec-Fetch-Site", "", "", "input_validation_fail", "csrf_token"},
		{"another origin", "GET", "/api", "Origin", "https://evil.example", "", "malicious_cors", "https://evil.example"},
		{"its own origin", "GET", "/api", "Origin", "http://localhost", "", "", ""},
		{"too large", "POST", "/form", "", "", "a=0123456789", "input_validation_fail", ""},
		{"malformed", "POST", "/form", "", "", "a=%00", "input_validation_fail", "form a"},
		{"a value that does not fit", "POST", "/bind", "", "", "age=old", "input_validation_fail", "form age"},
		{"forbidden", "GET", "/members", "", "", "", "authz_fail", ""},
		{"hidden by a guard", "GET", "/hidden", "", "", "", "authz_fail", ""},
		{"by the view", "GET", "/view", "", "", "", "authz_fail", ""},
		{"limit", "GET", "/limited", "", "", "", "excess_rate_limit_exceeded", ""},
		{"a store that is down", "GET", "/down", "", "", "", "", ""},
		{"a session of another key", "GET", "/session", "Cookie", "session=e30.aaaaaa.bbbb", "", "malicious_extraneous", "session cookie"},
	} {
		log.Reset()
		sent = nil
		r := client.NewRequest(row.method, row.target, strings.NewReader(row.body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("User-Agent", "test")
		switch {
		case row.header == "Host":
			r.Host = row.value
		case row.header == "Sec-Fetch-Site" && row.value == "":
			r.Header.Del("Sec-Fetch-Site")
			r.Header.Set("Cookie", "a=b")
		case row.header != "":
			r.Header.Set(row.header, row.value)
		}
		client.Another().Do(r)
		got := lines(t, log, "security")
		if row.event == "" {
			if len(got) > 0 || len(sent) > 0 {
				t.Errorf("%s: got %v", row.name, got)
			}
			continue
		}
		if len(got) != 1 || got[0]["event"] != row.event || !slices.Equal(sent, []string{row.event}) {
			t.Errorf("%s: got %v, sent %v, want %s", row.name, got, sent, row.event)
			continue
		}
		e := got[0]
		if detail, _ := e["detail"].(string); row.detail != "" && detail != row.detail {
			t.Errorf("%s: detail %q", row.name, detail)
		}
		if e["level"] != "WARN" || e["app"] != "test" || e["client"] != "127.0.0.1" || e["agent"] != "test" || e["request_id"] == nil {
			t.Errorf("%s: %v", row.name, e)
		}
		if row.target == "/members" && e["user"] != "ada" {
			t.Errorf("user: %v", e)
		}
	}
}

func TestProcessEvents(t *testing.T) {
	app, log := logged(t, dewar.LogOptions{})
	app.Get("/", text("x"))
	done := make(chan struct{})
	t.Run("a run", func(t *testing.T) {
		addr := serve(t, app)
		t.Cleanup(func() { close(done) })
		resp, err := http.Get("http://" + addr)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	})
	<-done
	var got []string
	for _, e := range lines(t, log, "security") {
		got = append(got, fmt.Sprint(e["event"], " ", e["level"]))
	}
	if s := strings.Join(got, ","); s != "sys_startup INFO,sys_shutdown INFO" {
		t.Errorf("got %s", s)
	}
}

// TestVocabulary: the names of the constants are those of OWASP's vocabulary.
func TestVocabulary(t *testing.T) {
	known := strings.Fields(`authn_login_success authn_login_successafterfail authn_login_fail authn_login_fail_max authn_login_lock
		authn_password_change authn_password_change_fail authn_impossible_travel authn_token_created authn_token_revoked authn_token_reuse
		authn_token_delete authz_fail authz_change authz_admin crypt_decrypt_fail crypt_encrypt_fail excess_rate_limit_exceeded
		upload_complete upload_stored upload_validation upload_delete input_validation_fail input_validation_discrete_fail
		malicious_excess_404 malicious_extraneous malicious_attack_tool malicious_cors malicious_direct_reference
		privilege_permissions_changed sensitive_create sensitive_read sensitive_update sensitive_delete sequence_fail
		session_created session_renewed session_expired session_use_after_expire sys_startup sys_shutdown sys_restart sys_crash
		sys_monitor_disabled sys_monitor_enabled user_created user_updated user_archived user_deleted`)
	for _, name := range []dewar.EventName{
		dewar.EventLoginSuccess, dewar.EventLoginFail, dewar.EventLoginFailMax, dewar.EventLoginLock, dewar.EventPasswordChange,
		dewar.EventTokenCreated, dewar.EventTokenRevoked, dewar.EventTokenReuse, dewar.EventSessionCreated, dewar.EventSessionRenewed,
		dewar.EventSessionExpired, dewar.EventSessionUseExpired, dewar.EventUserCreated, dewar.EventUserUpdated, dewar.EventUserDeleted,
		dewar.EventAccessDenied, dewar.EventAccessChange, dewar.EventAdmin, dewar.EventRateLimit, dewar.EventInvalidInput,
		dewar.EventExtraneous, dewar.EventForeignOrigin, dewar.EventDirectReference, dewar.EventUploadComplete, dewar.EventUploadStored,
		dewar.EventUploadValidation, dewar.EventUploadDelete, dewar.EventStartup, dewar.EventShutdown,
	} {
		if !slices.Contains(known, string(name)) {
			t.Errorf("%s is not of the vocabulary", name)
		}
	}
}
