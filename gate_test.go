package dewar_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
)

// TestTheGateEndsConnections: behind a request that the gate refused nothing of its
// connection is read: what follows may be its body, by another's reading.
func TestTheGateEndsConnections(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/ok", text("behind"))
	app.Post("/ok", text("behind"))
	addr := serve(t, app)
	const behind = "GET /ok HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
	for _, refused := range []string{
		"GET /ok HTTP/1.1\r\nHost: evil.example\r\n\r\n",
		"GET /%2f HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET x:ok HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"TRACE /ok HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"POST /%00 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nab",
	} {
		answer := exchange(t, addr, refused+behind)
		if strings.Count(answer, "HTTP/1.1 ") != 1 || !strings.Contains(answer, "\r\nConnection: close\r\n") || strings.Contains(answer, "behind") {
			t.Errorf("%.40q: %.600q", refused, answer)
		}
	}
}

// deadlines is a ResponseWriter that notes how long the client may take.
type deadlines struct {
	*httptest.ResponseRecorder
	set []time.Duration // from when it was set; 0 is none
}

func (d *deadlines) SetWriteDeadline(t time.Time) error {
	if t.IsZero() {
		d.set = append(d.set, 0)
	} else {
		d.set = append(d.set, time.Until(t))
	}
	return nil
}

// TestShortAnswersHaveADeadline: a client that does not take a short answer holds it no
// longer than the grace, counted from when it is ready, and again behind slow teardown.
func TestShortAnswersHaveADeadline(t *testing.T) {
	for _, row := range []struct {
		name     string
		teardown time.Duration
		want     []time.Duration
	}{
		{"alone", 0, []time.Duration{30 * time.Second}},
		{"before a teardown", 20 * time.Second, []time.Duration{30 * time.Second, 30 * time.Second}},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				app, _ := newApp(t, func(c *dewar.Config) { c.Loopback = true })
				app.Get("/", func(c *dewar.Context) error {
					time.Sleep(time.Minute) // the program's time is its own
					return c.Text("x")
				})
				if row.teardown > 0 {
					app.Teardown(func(*dewar.Context, error) { time.Sleep(row.teardown) })
				}
				handler, err := app.Handler()
				if err != nil {
					t.Fatal(err)
				}
				w := &deadlines{ResponseRecorder: httptest.NewRecorder()}
				handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/", nil))
				if len(w.set) != len(row.want) {
					t.Fatalf("deadlines of %v, want %v", w.set, row.want)
				}
				for i, want := range row.want {
					if w.set[i] != want {
						t.Errorf("deadlines of %v, want %v", w.set, row.want)
					}
				}
			})
		})
	}
}
