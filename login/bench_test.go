package login_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/session"
)

// page is like the secure page of bench/: a form, a table, a flash and a value of the session.
const page = `<!doctype html><html lang=en><head><title>Account</title><style>td { padding: 2px }</style></head><body>
<p>Hello, {{ name }}</p>
{% for m in get_flashed_messages() %}<p>{{ m }}</p>{% endfor %}
<table>{% for r in rows %}<tr><td>{{ r.ID }}</td><td>{{ r.Text }}</td></tr>{% endfor %}</table>
<form method="post"><input name="text"><button>Send</button></form><script>let user = {{ name|tojson }}</script></body></html>`

// BenchmarkPage is a page with a session, without login and with it.
func BenchmarkPage(b *testing.B) {
	type row struct {
		ID   int
		Text string
	}
	var rows []row
	for i := range 12 {
		rows = append(rows, row{i, fmt.Sprintf("Some text of <row> %d & more", i)})
	}
	for _, with := range []bool{false, true} {
		b.Run(map[bool]string{false: "session", true: "login"}[with], func(b *testing.B) {
			app := dewar.New(dewar.Config{
				Loopback: true, InstanceDir: b.TempDir(), SecretKey: dewar.NewSecret(key), Logger: slog.New(slog.DiscardHandler),
				Templates: fstest.MapFS{"page.html": {Data: []byte(page)}},
			})
			users := map[string]*account{"ann": {name: "ann"}}
			app.Extend(login.New(func(_ *dewar.Context, id string) (*account, error) { return users[id], nil }, login.Config{}))
			app.Post("/in", func(c *dewar.Context) error {
				if !with {
					c.Session().Set(session.UserKey, "ann")
					c.RenewCSRF()
					return c.NoContent()
				}
				if err := login.In(c, users["ann"]); err != nil {
					return err
				}
				return c.NoContent()
			})
			view := app.Get("/", func(c *dewar.Context) error {
				name := ""
				if with {
					name = login.Current(c).GetID()
				} else {
					name, _ = session.Value[string](c.Session(), session.UserKey)
				}
				return c.Render("page.html", dewar.Vars{"name": name, "rows": rows})
			})
			if with {
				view.Guard(login.Required)
			}
			handler, err := app.Handler()
			if err != nil {
				b.Fatal(err)
			}
			in := httptest.NewRequest("POST", "http://localhost/in", nil)
			in.Header.Set("Sec-Fetch-Site", "same-origin")
			in.Header.Set("User-Agent", agent)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, in)
			r := httptest.NewRequest("GET", "http://localhost/", nil)
			r.Header.Set("User-Agent", agent)
			r.Header.Set("Cookie", w.Header()["Set-Cookie"][0])
			out := &discard{header: http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				clear(out.header)
				handler.ServeHTTP(out, r)
			}
			if out.status != 200 {
				b.Fatal(out.status)
			}
		})
	}
}

const agent = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"

type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(code int)        { d.status = code }
