package limit_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/limit"
	"github.com/dewar-go/dewar/secure"
)

func hello(c *dewar.Context) error { return c.Text("hello") }

// clock is a clock that stands until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Unix(1_800_000_000, 0)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// open makes a client of an app with the limiter; add puts the routes on it.
func open(t *testing.T, o limit.Options, add func(*dewar.App, *limit.Limiter)) (*dewartest.Client, *limit.Limiter) {
	t.Helper()
	app := dewar.New(dewar.Config{Name: "limited", Static: staticFS, Logger: quiet})
	l := limit.New(o)
	app.Extend(l)
	add(app, l)
	return dewartest.New(t, app), l
}

// statuses sends GETs and gives the statuses, such as "200 200 429".
func statuses(cl *dewartest.Client, target string, n int) string {
	var list []string
	for range n {
		list = append(list, fmt.Sprint(cl.Get(target).Status))
	}
	return strings.Join(list, " ")
}

func want(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %s, want %s", what, got, want)
	}
}

func TestGuard(t *testing.T) {
	now := newClock()
	cl, _ := open(t, limit.Options{Headers: true, StandardHeaders: true, Now: now.Now}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/a", hello).Name("a").Guard(l.Guard("2/minute; 3/hour"))
		app.Get("/free", hello).Name("free")
	})
	r := cl.Get("/a")
	want(t, "limit", r.Header.Get("X-RateLimit-Limit"), "2")
	want(t, "remaining", r.Header.Get("X-RateLimit-Remaining"), "1")
	want(t, "reset", r.Header.Get("X-RateLimit-Reset"), "1800000060")
	want(t, "policy", r.Header.Get("RateLimit-Policy"), `"route 2 per 1 minute";q=2;w=60, "route 3 per 1 hour";q=3;w=3600`)
	want(t, "standing", r.Header.Get("RateLimit"), `"route 2 per 1 minute";r=1;t=60, "route 3 per 1 hour";r=2;t=3600`)
	want(t, "Retry-After", r.Header.Get("Retry-After"), "")
	now.add(30*time.Second + time.Millisecond)
	want(t, "the rest", statuses(cl, "/a", 3), "200 429 429")

	r = cl.Get("/a")
	want(t, "limit", r.Header.Get("X-RateLimit-Limit"), "2")
	want(t, "remaining", r.Header.Get("X-RateLimit-Remaining"), "0")
	want(t, "Retry-After", r.Header.Get("Retry-After"), "30")
	want(t, "nosniff", r.Header.Get("X-Content-Type-Options"), "nosniff")
	if !strings.Contains(r.Text, "2 per 1 minute") {
		t.Errorf("the page does not name the limit: %s", r.Text)
	}
	now.add(30 * time.Second)
	want(t, "after the minute", statuses(cl, "/a", 2), "200 429")
	r = cl.Get("/a")
	want(t, "the limit that was reached", r.Header.Get("X-RateLimit-Limit"), "3")
	want(t, "another route", statuses(cl, "/free", 5), "200 200 200 200 200")
	if h := cl.Get("/free").Header; h.Get("X-RateLimit-Limit") != "" || h.Get("RateLimit") != "" {
		t.Errorf("a route without limits has their headers: %v", h)
	}
}

func TestWhichLimitsHold(t *testing.T) {
	cl, _ := open(t, limit.Options{Default: "1/minute", Application: "5/hour", Now: newClock().Now}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/default", hello).Name("default")
		app.Get("/default2", hello).Name("default2")
		app.Get("/own", hello).Name("own").Guard(l.Guard("2/minute"))
		app.Get("/both", hello).Name("both").Guard(l.Guard("2/minute", limit.Rule{KeepDefaults: true}))
		app.Get("/exempt", hello).Name("exempt").Guard(l.Exempt())
		bp := dewar.NewBlueprint("bp", dewar.BlueprintOptions{Prefix: "/bp"})
		bp.Guard(l.Guard("2/minute"))
		bp.Get("/x", hello).Name("x")
		bp.Get("/y", hello).Name("y")
		app.Register(bp)
		free := dewar.NewBlueprint("free", dewar.BlueprintOptions{Prefix: "/free"})
		free.Guard(l.Exempt())
		free.Get("/x", hello).Name("x")
		app.Register(free)
	})
	for _, row := range []struct{ name, target, want string }{
		{"default", "/default", "200 429"},
		{"each route by itself", "/default2", "200 429"},
		{"a route's own stand in place of the default", "/own", "200 200 429"},
		{"both", "/both", "200 429 429"},
		{"a blueprint's", "/bp/x", "200 200 429"},
		{"each of its routes by itself", "/bp/y", "200 200 429"},
		{"exempt", "/exempt", "200 200 200 200 200 200 200"},
		{"exempt blueprint", "/free/x", "200 200 200 200 200 200 200"},
		{"static files", "/static/a.txt", "200 200 200 200 200 200 200"},
	} {
		t.Run(row.name, func(t *testing.T) {
			// A visitor of its own, so that the application's limit does not hold.
			one := cl.Another()
			from := one.NewRequest("GET", row.target, nil)
			var list []string
			for range strings.Count(row.want, " ") + 1 {
				r := from.Clone(t.Context())
				r.RemoteAddr = fmt.Sprintf("192.0.2.%d:1", len(row.name))
				list = append(list, fmt.Sprint(one.Do(r).Status))
			}
			want(t, row.target, strings.Join(list, " "), row.want)
		})
	}
	// The application's limit counts all together, and what matches no rule.
	want(t, "nothing there", statuses(cl, "/nothing", 3), "404 404 404")
	want(t, "then one there", statuses(cl, "/own", 2), "200 200")
	want(t, "the application's limit", statuses(cl, "/default", 1), "429")
	want(t, "nothing there", statuses(cl, "/nothing", 1), "429")
}

func TestShared(t *testing.T) {
	cl, _ := open(t, limit.Options{Headers: true}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/a", hello).Name("a").Guard(l.Shared("login", "3/day"), l.Guard("10/day"))
		app.Get("/b", hello).Name("b").Guard(l.Shared("login", "3/day"))
	})
	want(t, "a", statuses(cl, "/a", 2), "200 200")
	want(t, "a route's own limit is shown first", cl.Get("/a").Header.Get("X-RateLimit-Limit"), "10")
	r := cl.Get("/b")
	want(t, "b", fmt.Sprint(r.Status, " ", r.Header.Get("X-RateLimit-Limit")), "429 3")
}

// TestOneCounterOnce: the same limit on blueprint and route is one counter, and
// a request costs it once.
func TestOneCounterOnce(t *testing.T) {
	cl, _ := open(t, limit.Options{}, func(app *dewar.App, l *limit.Limiter) {
		bp := dewar.NewBlueprint("bp", dewar.BlueprintOptions{})
		bp.Guard(l.Guard("2/minute"))
		bp.Get("/a", hello).Name("a").Guard(l.Guard("2/minute"))
		app.Register(bp)
	})
	want(t, "twice named", statuses(cl, "/a", 3), "200 200 429")
}

func TestRules(t *testing.T) {
	never := errors.New("not today")
	for _, row := range []struct {
		name   string
		limits string
		rule   limit.Rule
		send   string // "METHOD target header" for each request
		want   string
	}{
		{"cost", "5/day", limit.Rule{Cost: 2}, "GET;GET;GET", "200 200 429"},
		{"cost by request", "5/day", limit.Rule{CostOf: func(c *dewar.Context) int64 {
			if c.Method() == "POST" {
				return 5
			}
			return 0
		}}, "GET;GET;POST;GET;POST", "200 200 200 200 429"},
		{"cost below zero is free", "1/day", limit.Rule{CostOf: func(*dewar.Context) int64 { return -9 }}, "GET;GET;GET", "200 200 200"},
		{"methods", "1/day", limit.Rule{Methods: []string{"post"}}, "GET;GET;POST;POST;GET", "200 200 200 429 200"},
		{"HEAD is GET", "2/day", limit.Rule{Methods: []string{"GET"}}, "GET;HEAD;HEAD;GET", "200 200 429 429"},
		{"per method", "1/day", limit.Rule{PerMethod: true}, "GET;POST;HEAD;GET;POST", "200 200 429 429 429"},
		{"exempt when", "1/day", limit.Rule{ExemptWhen: func(c *dewar.Context) bool { return c.Method() == "POST" }}, "GET;GET;POST;POST", "200 429 200 200"},
		{"by header", "1/day", limit.Rule{Key: limit.Header("X-Api-Key")}, "GET a;GET b;GET a;GET;GET", "200 200 429 200 429"},
		{"an empty key is the address", "1/day", limit.Rule{Key: func(*dewar.Context) string { return "" }}, "GET;GET", "200 429"},
		{"long keys differ", "1/day", limit.Rule{Key: limit.Header("X-Api-Key")}, "GET " + strings.Repeat("a", 200) + ";GET " + strings.Repeat("a", 201), "200 200"},
		{"joined", "1/day", limit.Rule{Key: limit.Join(limit.Address, limit.Header("X-Api-Key"))}, "GET a;GET b;GET a", "200 200 429"},
		{"user", "1/day", limit.Rule{Late: true, Key: limit.User(func(c *dewar.Context) string { return c.Request().Header.Get("X-Api-Key") })}, "GET a;GET b;GET a;GET;GET 127.0.0.1;GET", "200 200 429 200 200 429"},
		{"answer of one's own", "1/day", limit.Rule{OnBreach: func(*dewar.Context, *limit.Exceeded) error { return &dewar.HTTPError{Code: 418, Err: never} }}, "GET;GET", "200 418"},
		{"on breach without an answer", "1/day", limit.Rule{OnBreach: func(*dewar.Context, *limit.Exceeded) error { return nil }}, "GET;GET", "200 429"},
		{"nothing passes", "0/second", limit.Rule{}, "GET;GET", "429 429"},
		{"gcra", "2/day", limit.Rule{Strategy: new(limit.GCRA)}, "GET;GET;GET", "200 200 429"},
	} {
		t.Run(row.name, func(t *testing.T) {
			cl, _ := open(t, limit.Options{Now: newClock().Now}, func(app *dewar.App, l *limit.Limiter) {
				app.Route("/a", hello, "GET", "POST").Name("a").Guard(l.Guard(row.limits, row.rule))
			})
			var got []string
			for one := range strings.SplitSeq(row.send, ";") {
				method, key, _ := strings.Cut(one, " ")
				r := cl.NewRequest(method, "/a", nil)
				if key != "" {
					r.Header.Set("X-Api-Key", key)
				}
				got = append(got, fmt.Sprint(cl.Do(r).Status))
			}
			want(t, row.send, strings.Join(got, " "), row.want)
		})
	}
}

func TestDeductWhen(t *testing.T) {
	failed := func(c *dewar.Context, status int) bool { return status == 401 }
	cl, _ := open(t, limit.Options{Headers: true}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/<how>", func(c *dewar.Context) error {
			switch c.Str("how") {
			case "ok":
				return c.Text("in")
			case "wrong":
				return c.Status(401).Text("wrong")
			case "abort":
				return dewar.StatusError(401)
			case "panic":
				panic("on purpose")
			case "empty":
				return c.NoContent()
			}
			return dewar.StatusError(404)
		}).Name("login").Guard(l.Guard("2/day", limit.Rule{DeductWhen: failed}))
	})
	want(t, "others", statuses(cl, "/ok", 4)+" "+statuses(cl, "/panic", 3)+" "+statuses(cl, "/empty", 3)+" "+statuses(cl, "/none", 3), "200 200 200 200 500 500 500 204 204 204 404 404 404")
	want(t, "remaining after those", cl.Get("/ok").Header.Get("X-RateLimit-Remaining"), "2")
	r := cl.Get("/wrong")
	want(t, "a failure", fmt.Sprint(r.Status, " ", r.Header.Get("X-RateLimit-Remaining")), "401 1")
	want(t, "another, as an error", fmt.Sprint(cl.Get("/abort").Status), "401")
	want(t, "then", statuses(cl, "/ok", 2)+" "+statuses(cl, "/wrong", 1), "429 429 429")
}

// TestDeductWhenTogether: attempts sent at once do not all pass.
func TestDeductWhenTogether(t *testing.T) {
	const amount = 3
	var mu sync.Mutex
	inside, most := 0, 0
	app := dewar.New(dewar.Config{Logger: quiet, Loopback: true, InstanceDir: t.TempDir()})
	l := limit.New(limit.Options{})
	app.Extend(l)
	gate := make(chan struct{})
	app.Get("/login", func(c *dewar.Context) error {
		mu.Lock()
		inside++
		most = max(most, inside)
		mu.Unlock()
		<-gate
		return dewar.StatusError(401)
	}).Name("login").Guard(l.Guard("3/day", limit.Rule{DeductWhen: func(_ *dewar.Context, status int) bool { return status == 401 }}))
	cl := dewartest.New(t, app)
	var group sync.WaitGroup
	refused := make(chan struct{}, 20)
	for range 20 {
		one := cl.Another()
		group.Go(func() {
			if one.Get("/login").Status == 429 {
				refused <- struct{}{}
			}
		})
	}
	for range 20 - amount {
		<-refused
	}
	close(gate)
	group.Wait()
	if most > amount {
		t.Errorf("%d attempts were under way at once, want %d at most", most, amount)
	}
}

// TestHeadersEverywhere: headers stand on error pages, on streams and on what
// other guards refuse.
func TestHeadersEverywhere(t *testing.T) {
	cl, _ := open(t, limit.Options{Default: "100/day", Application: "200/day", Headers: true}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/error", func(c *dewar.Context) error { return errors.New("broken") }).Name("error")
		app.Get("/stream", func(c *dewar.Context) error {
			return c.Stream("text/plain", func(w io.Writer) error { _, err := w.Write([]byte("x")); return err })
		}).Name("stream")
		app.Get("/forbidden", hello).Name("forbidden").Guard(dewar.GuardFunc(dewar.StagePermission, "nobody", func(*dewar.Context) error { return dewar.StatusError(403) }))
		app.Post("/form", hello).Name("form")
	})
	cl.SecFetchSite = "cross-site"
	for _, row := range []struct {
		method, target string
		status         int
		limit          string
	}{
		{"GET", "/error", 500, "100"},
		{"GET", "/stream", 200, "100"},
		{"GET", "/forbidden", 403, "100"},
		{"POST", "/form", 403, "100"},
		{"GET", "/nothing", 404, "200"},
		{"GET", "/form", 405, "200"},
	} {
		r := cl.Do(cl.NewRequest(row.method, row.target, nil))
		if r.Status != row.status || r.Header.Get("X-RateLimit-Limit") != row.limit {
			t.Errorf("%s %s: %d, limit %q; want %d, %q", row.method, row.target, r.Status, r.Header.Get("X-RateLimit-Limit"), row.status, row.limit)
		}
	}
}

func TestErrorHandlerFindsExceeded(t *testing.T) {
	cl, _ := open(t, limit.Options{}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/a", hello).Name("a").Guard(l.Guard("1/day", limit.Rule{Message: "Slowly."}))
		app.OnError(429, func(c *dewar.Context, he *dewar.HTTPError) error {
			var e *limit.Exceeded
			if !errors.As(he, &e) {
				return he
			}
			return c.Text(he.Detail + " " + e.Limit.String() + " " + e.Scope)
		})
	})
	cl.Get("/a")
	r := cl.Get("/a")
	if r.Status != 429 || r.Text != "Slowly. 1 per 1 day route" || r.Header.Get("Retry-After") == "" {
		t.Errorf("%d %q %v", r.Status, r.Text, r.Header)
	}
}

func TestFilter(t *testing.T) {
	cl, _ := open(t, limit.Options{Default: "1/day", Filter: func(c *dewar.Context) bool { return c.Request().Header.Get("X-Probe") == "yes" }}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/a", hello).Name("a")
	})
	cl.Header.Set("X-Probe", "yes")
	want(t, "filtered", statuses(cl, "/a", 3), "200 200 200")
	cl.Header.Del("X-Probe")
	want(t, "others", statuses(cl, "/a", 2), "200 429")
}

func TestDisabled(t *testing.T) {
	cl, l := open(t, limit.Options{Default: "1/day", Concurrency: 1, InsecureDisabled: true}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/a", hello).Name("a").Guard(l.Guard("1/day", limit.Rule{DeductWhen: func(*dewar.Context, int) bool { return true }}), l.Concurrency(1), l.Exempt())
	})
	want(t, "disabled", statuses(cl, "/a", 3), "200 200 200")
	if f := l.Check(); len(f) != 1 || f[0].ID != "limit-disabled" {
		t.Errorf("findings: %v", f)
	}
}

func TestKeys(t *testing.T) {
	store := &recording{Memory: limit.NewMemory(limit.MemoryOptions{})}
	cl, _ := open(t, limit.Options{Application: "9/2 days", KeyPrefix: "shop", Store: store}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/a", hello).Name("a").Guard(l.Guard("5/minute", limit.Rule{PerMethod: true}), l.Shared("s", "6/hour", limit.Rule{Strategy: new(limit.GCRA), Key: limit.Header("K")}))
	})
	r := cl.NewRequest("HEAD", "/a", nil)
	r.RemoteAddr = "[2001:db8:1:2:3:4:5:6]:1"
	r.Header.Set("K", "a/b%\x7f")
	cl.Do(r)
	want(t, "keys", strings.Join(store.keys, " "), "LIMITER/shop/2001:db8:1:2::/a:GET/5/1/minute LIMITER/shop/a%2Fb%25%7F/s/6/1/hour/gcra LIMITER/shop/2001:db8:1:2::/global/9/2/day")
}

// recording notes the keys it is asked for.
type recording struct {
	*limit.Memory
	keys []string
}

func (r *recording) Take(ctx context.Context, h limit.Hit) (limit.State, error) {
	r.keys = append(r.keys, h.Key)
	return r.Memory.Take(ctx, h)
}

// The client's address is the connection's: headers that anybody can send must
// not choose the counter.
func TestCVE_2020_28483_ForwardedForChoosesNoCounter(t *testing.T) {
	for _, header := range []string{"X-Forwarded-For", "X-Real-Ip", "True-Client-Ip", "Forwarded", "X-Forwarded", "Client-Ip", "Cf-Connecting-Ip"} {
		cl, _ := open(t, limit.Options{Default: "1/day"}, func(app *dewar.App, l *limit.Limiter) { app.Get("/a", hello).Name("a") })
		cl.Get("/a")
		for _, value := range []string{"198.51.100.7", "for=198.51.100.7", "127.0.0.1", ""} {
			cl.Header.Set(header, value)
			want(t, header+": "+value, statuses(cl, "/a", 1), "429")
		}
	}
}

// Behind a configured proxy the address is the one that the proxy saw, and what
// the client wrote before it counts for nothing.
func TestGO_2026_5774_RightmostForwardedFor(t *testing.T) {
	app := dewar.New(dewar.Config{
		Logger: quiet, Loopback: true, TrustedHosts: []string{"localhost"},
		Proxies: secure.ProxyConfig{Trusted: []string{"127.0.0.1"}, Family: secure.XForwarded, For: 1, Proto: 1},
	})
	l := limit.New(limit.Options{Default: "1/day"})
	app.Extend(l)
	app.Get("/a", hello).Name("a")
	cl := dewartest.New(t, app)
	cl.Header.Set("X-Forwarded-Proto", "https")
	for _, row := range []struct{ forwarded, want string }{
		{"192.0.2.1", "200"},
		{"192.0.2.1", "429"},
		{"203.0.113.9, 192.0.2.1", "429"},
		{"192.0.2.1, 192.0.2.2", "200"}, // another client behind the same proxy
		{"2001:db8::1", "200"},
		{"2001:db8::ffff:1", "429"}, // the same /64
		{"2001:db8:0:1::1", "200"},
		{"::ffff:192.0.2.1", "429"}, // the first one again
	} {
		cl.Header.Set("X-Forwarded-For", row.forwarded)
		want(t, row.forwarded, statuses(cl, "/a", 1), row.want)
	}
}

// "Am I asked from this machine?" is answered by the connection, not by what the
// client says of itself.
func TestCVE_2023_41338_LocalByHeader(t *testing.T) {
	cl, _ := open(t, limit.Options{Default: "1/day", Filter: func(c *dewar.Context) bool { return c.ClientIP().IsLoopback() }}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/a", hello).Name("a")
	})
	var got []string
	for _, forwarded := range []string{"", "127.0.0.1", "::1", "127.0.0.1, 127.0.0.1"} {
		r := cl.NewRequest("GET", "/a", nil)
		r.RemoteAddr = "192.0.2.7:1"
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		got = append(got, fmt.Sprint(cl.Do(r).Status))
	}
	want(t, "from outside", strings.Join(got, " "), "200 429 429 429")
}

// Other spellings of a path are not other routes to count.
func TestCVE_2022_31259_PathSpellingsShareACounter(t *testing.T) {
	cl, _ := open(t, limit.Options{}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/login", hello).Name("login").StrictSlashes(false).Guard(l.Guard("1/day"))
		app.Get("/users/<name>", hello).Name("user").Guard(l.Guard("1/day"))
	})
	want(t, "first", statuses(cl, "/login", 1)+" "+statuses(cl, "/users/ann", 1), "200 200")
	for _, target := range []string{"/login?a=b", "/%6cogin", "/logi%6e?x", "/login/", "/users/joe", "/users/%61nn"} {
		want(t, target, statuses(cl, target, 1), "429")
	}
}

// TestHandedOn: what another application answers is counted by the application's
// limits, and gives its place back.
func TestHandedOn(t *testing.T) {
	flask := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "flask") }))
	defer flask.Close()
	cl, _ := open(t, limit.Options{Application: "3/day", Concurrency: 1, Headers: true}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/a", hello).Name("a")
		app.Fallback(flask.URL)
	})
	want(t, "both", statuses(cl, "/old", 1)+" "+statuses(cl, "/a", 1)+" "+statuses(cl, "/old", 2), "200 200 200 429")
}

func TestCurrent(t *testing.T) {
	cl, _ := open(t, limit.Options{}, func(app *dewar.App, l *limit.Limiter) {
		show := func(c *dewar.Context) error {
			now, s, ok := l.Current(c)
			return c.Text(fmt.Sprint(now, s.Remaining, ok))
		}
		app.Get("/a", show).Name("a").Guard(l.Guard("5/day; 3/hour"))
		app.Get("/free", show).Name("free")
	})
	want(t, "limited", cl.Get("/a").Text, "3 per 1 hour 2 true")
	want(t, "free", cl.Get("/free").Text, "0 per 0 second 0 false")
}

// A client chooses its own header; what it sends must not name another's
// counter.
func TestSubjectStaysInItsPlace(t *testing.T) {
	cl, _ := open(t, limit.Options{}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/a", hello).Name("a").Guard(l.Guard("1/day", limit.Rule{Key: limit.Header("K")}))
		app.Get("/b", hello).Name("b").Guard(l.Guard("1/day", limit.Rule{Key: limit.Header("K")}))
	})
	cl.Header.Set("K", "victim/b/1/1/day")
	cl.Get("/a")
	cl.Header.Set("K", "victim")
	want(t, "the victim", statuses(cl, "/b", 1), "200")
}

func TestMistakes(t *testing.T) {
	for _, row := range []struct {
		name string
		o    limit.Options
		want string
	}{
		{"default", limit.Options{Default: "10/min"}, "Options.Default: the limit string"},
		{"application", limit.Options{Application: ";"}, "Options.Application: the limit string"},
		{"prefix", limit.Options{KeyPrefix: "a/b"}, "Options.KeyPrefix"},
		{"strategy", limit.Options{Strategy: 9}, "Options.Strategy"},
		{"concurrency", limit.Options{Concurrency: -1}, "Options.Concurrency"},
		{"timeout", limit.Options{StoreTimeout: -1}, "Options.StoreTimeout"},
		{"retry", limit.Options{RetryAfter: -1}, "Options.RetryAfter"},
		{"cost that never fits", limit.Options{Default: "5/day", DefaultRule: limit.Rule{Cost: 6}}, "never fits"},
		{"cost below zero", limit.Options{Default: "5/day", DefaultRule: limit.Rule{Cost: -1}}, "below zero"},
		{"two costs", limit.Options{Default: "5/day", DefaultRule: limit.Rule{Cost: 1, CostOf: func(*dewar.Context) int64 { return 1 }}}, "both set"},
		{"method", limit.Options{Default: "5/day", DefaultRule: limit.Rule{Methods: []string{"BREW"}}}, `"BREW" is no method`},
	} {
		t.Run(row.name, func(t *testing.T) {
			app := dewar.New(dewar.Config{Logger: quiet, Loopback: true, InstanceDir: t.TempDir()})
			app.Extend(limit.New(row.o))
			if _, err := app.Handler(); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("the app starts with %v, want an error with %q", err, row.want)
			}
		})
	}
	all := limit.New(limit.Options{Default: "x", Application: "y"}).Init(dewar.New(dewar.Config{Logger: quiet}))
	if all == nil || !strings.Contains(all.Error(), "Default") || !strings.Contains(all.Error(), "Application") {
		t.Errorf("not all mistakes are told: %v", all)
	}
	l := limit.New(limit.Options{})
	if err := errors.Join(l.Init(dewar.New(dewar.Config{Logger: quiet}))); err != nil {
		t.Fatal(err)
	}
	if l.Init(dewar.New(dewar.Config{Logger: quiet})) == nil {
		t.Error("one limiter serves two apps")
	}
}

func TestRegistrationPanics(t *testing.T) {
	for _, row := range []struct {
		name string
		f    func(l *limit.Limiter)
		want string
	}{
		{"limit string", func(l *limit.Limiter) { l.Guard("often") }, "the limit string"},
		{"two rules", func(l *limit.Limiter) { l.Guard("1/day", limit.Rule{}, limit.Rule{}) }, "2 rules"},
		{"late and in place of others", func(l *limit.Limiter) { l.Guard("1/day", limit.Rule{Late: true, Replace: true}) }, "Late and Replace"},
		{"scope", func(l *limit.Limiter) { l.Shared("a/b", "1/day") }, "the scope's name"},
		{"no scope", func(l *limit.Limiter) { l.Shared("", "1/day") }, "the scope's name"},
		{"scope with two limits", func(l *limit.Limiter) { l.Shared("a", "1/day"); l.Shared("a", "2/day") }, "was 1 per 1 day"},
		{"concurrency", func(l *limit.Limiter) { l.Concurrency(0) }, "want 1 or more"},
		{"prefix", func(l *limit.Limiter) { limit.AddressPrefix(33, 64) }, "0 to 32"},
		{"header", func(l *limit.Limiter) { limit.Header("") }, "the name is empty"},
		{"strategy", func(l *limit.Limiter) { l.Guard("1/day", limit.Rule{Strategy: new(limit.Strategy(7))}) }, "strategy(7)"},
	} {
		t.Run(row.name, func(t *testing.T) {
			defer func() {
				text := fmt.Sprint(recover())
				if !strings.Contains(text, row.want) || !strings.Contains(text, "guard_test.go:") || strings.Count(text, "limit: ") != 1 {
					t.Errorf("panics with %q, want %q and the line", text, row.want)
				}
			}()
			row.f(limit.New(limit.Options{}))
		})
	}
}

// TestForgottenExtend: guards of a limiter that no app has refuse, since they
// could not count.
func TestForgottenExtend(t *testing.T) {
	app := dewar.New(dewar.Config{Logger: quiet})
	l := limit.New(limit.Options{})
	app.Get("/a", hello).Name("a").Guard(l.Guard("5/day"))
	app.Get("/b", hello).Name("b").Guard(l.Concurrency(5))
	app.Get("/c", hello).Name("c").Guard(l.Exempt())
	cl := dewartest.New(t, app)
	want(t, "uncounted", statuses(cl, "/a", 1)+statuses(cl, "/b", 1)+statuses(cl, "/c", 1), "500500500")
}

func TestGuardNames(t *testing.T) {
	app := dewar.New(dewar.Config{Logger: quiet})
	l := limit.New(limit.Options{Default: "5/day", Application: "9/day", Concurrency: 10})
	app.Extend(l)
	app.Get("/a", hello).Name("a").Guard(l.Guard("1/minute;2/hour"), l.Shared("s", "3/day"))
	guards := strings.Join(app.Routes()[0].Guards, ", ")
	if !strings.HasPrefix(guards, "at most 10 at once, limit application 9 per 1 day, limit 1 per 1 minute; 2 per 1 hour, limit s 3 per 1 day, limit default 5 per 1 day") {
		t.Errorf("guards: %s", guards)
	}
}

func TestCheck(t *testing.T) {
	l := limit.New(limit.Options{})
	if f := l.Check(); len(f) != 1 || f[0].ID != "limit-none" {
		t.Errorf("findings without limits: %v", f)
	}
	l.Guard("0/day")
	if f := l.Check(); len(f) != 1 || f[0].ID != "limit-zero" || !strings.Contains(f[0].Subject, "guard_test.go:") {
		t.Errorf("findings of a limit of zero: %v", f)
	}
}

func TestCounter(t *testing.T) {
	now := newClock()
	l := limit.New(limit.Options{Now: now.Now})
	k := l.Counter("attempts", "2/minute; 3/hour")
	ctx := t.Context()
	for i, wanted := range []bool{true, true, false} {
		if err := k.Take(ctx, "joe", 1); (err == nil) != wanted {
			t.Errorf("attempt %d: %v", i+1, err)
		}
	}
	var e *limit.Exceeded
	if err := k.Test(ctx, "joe"); !errors.As(err, &e) || e.Scope != "attempts" || e.RetryAfter != time.Minute {
		t.Errorf("Test: %v", err)
	}
	if err := k.Test(ctx, "ann"); err != nil {
		t.Errorf("another subject: %v", err)
	}
	if err := k.Clear(ctx, "joe"); err != nil {
		t.Error(err)
	}
	if err := k.Take(ctx, "joe", 2); err != nil {
		t.Errorf("after Clear: %v", err)
	}
	if err := k.Take(ctx, "joe", -1); err == nil || errors.As(err, &e) {
		t.Errorf("a cost below zero: %v", err)
	}
}

// TestConcurrentRequests: over all requests sent at once, no more than the
// amount pass.
func TestConcurrentRequests(t *testing.T) {
	for _, s := range []limit.Strategy{limit.FixedWindow, limit.SlidingWindow, limit.GCRA} {
		cl, _ := open(t, limit.Options{Default: "40/day; 25/hour", Strategy: s, Now: newClock().Now}, func(app *dewar.App, l *limit.Limiter) {
			app.Get("/a", hello).Name("a")
		})
		var group sync.WaitGroup
		var mu sync.Mutex
		passed := 0
		for range 8 {
			one := cl.Another()
			group.Go(func() {
				for range 20 {
					if one.Get("/a").Status == http.StatusOK {
						mu.Lock()
						passed++
						mu.Unlock()
					}
				}
			})
		}
		group.Wait()
		if passed != 25 {
			t.Errorf("%v: %d passed, want 25", s, passed)
		}
	}
}
