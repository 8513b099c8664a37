package cache

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/dewar-go/dewar"
)

// ViewOptions are the settings of a cache of pages.
type ViewOptions struct {
	// TTL is how long a page is kept. It is required.
	TTL time.Duration
	// Query names the parameters that the pages depend on. A request with another one is
	// answered by the view: a parameter that is not part of the key would be one that a
	// stranger can put into everybody's page.
	Query []string
	// Tags are what the pages depend on, for [Invalidate].
	Tags []string
	// MaxBody bounds a page, in bytes. Default: 1 MiB.
	MaxBody int
	// Logger gets what goes wrong. Default: slog.Default().
	Logger *slog.Logger
}

// View is a guard that answers with the page it kept from an earlier request:
//
//	app.Get("/", index).Guard(cache.View(store, time.Minute))
//	app.Get("/posts", posts).Guard(cache.View(store, time.Minute, "page"))
//
// It runs behind all other guards, and before middleware and hooks, which do not run for a kept
// page. The key is scheme, host, prefix, path, the parameters of the query and what the page varies by. While
// a page is made, others who want it wait for it.
//
// # What is not kept
//
// Only whole answers to GET with the status 200, 301, 308 or 404 are, without Set-Cookie, Cache-Control no-store or
// private, and Vary of a cookie or of everything. An answer that is for one visitor is not: one whose
// view or template read or wrote the session, asked who is signed in or for the client's address, read a cookie or,
// by Bind or in a template, a header, showed flashes, a form's token or a nonce. Neither is one to a request with
// credentials, a Range or a body. The guard sees that by itself; a view that finds out in another way whom it
// answers, such as by c.Request().Header, names the header in Vary or must not stand behind it. So must
// not a route that a hook or middleware protects: they do not run for a kept page, and guards do.
func View(store Store, ttl time.Duration, query ...string) dewar.Guard {
	return NewView(store, ViewOptions{TTL: ttl, Query: query})
}

// NewView is [View] with further settings. It panics for a TTL that is not positive.
func NewView(store Store, o ViewOptions) dewar.Guard {
	if o.TTL <= 0 || o.TTL > maxKept {
		panic(fmt.Sprintf("cache: the TTL of a view is %v; it must be positive and at most %v", o.TTL, maxKept))
	}
	v := &view{
		query: slices.Sorted(slices.Values(o.Query)), flights: map[string]chan struct{}{}, passing: map[string]time.Time{},
		entries: entries{store: store, name: "view", ttl: o.TTL, maxValue: defaultTo(o.MaxBody, 1<<20) + 16<<10, log: o.Logger, loadTimeout: time.Minute},
		tokens:  []string{storeKey("c", "view")},
	}
	if o.Logger == nil {
		v.entries.log = slog.Default()
	}
	for _, tag := range o.Tags {
		v.tokens = append(v.tokens, tagKey(tag))
	}
	return v
}

type view struct {
	entries entries
	query   []string
	tokens  []string

	mu      sync.Mutex
	flights map[string]chan struct{}
	passing map[string]time.Time // keys whose last answer was not kept: nobody waits for the next one
}

const (
	stageView  = dewar.StagePermission + 10
	pageWait   = 5 * time.Second // for somebody else's view
	passFor    = 5 * time.Second
	maxPassing = 1024
)

// Stage is behind all others: a page that a guard would not have shown is not shown.
func (v *view) Stage() dewar.Stage { return stageView }

// Name is what the list of routes shows.
func (v *view) Name() string { return "cache " + v.entries.ttl.String() }

// Check answers with the page that is kept, or has the view's kept.
func (v *view) Check(c *dewar.Context) error {
	key, ok := v.key(c)
	if !ok {
		return nil
	}
	ctx, r := c.Context(), c.Request()
	for first := true; ; first = false {
		page, tokens, err := v.find(ctx, r, key)
		if err != nil {
			return nil // the view answers
		}
		if page != nil && time.Now().Before(page.soft) {
			return v.answer(c, page.data)
		}
		if r.Method != http.MethodGet {
			return nil
		}
		if landed := v.board(key); landed != nil {
			if first && wait(ctx, landed) {
				continue
			}
			return nil
		}
		guards := c.Writer().Header().Clone()
		dewar.OnAnswer(c, func(a dewar.Answer) { v.land(key, v.keep(ctx, r, key, tokens, guards, a)) })
		return nil
	}
}

func wait(ctx context.Context, landed <-chan struct{}) bool {
	timer := time.NewTimer(pageWait)
	defer timer.Stop()
	select {
	case <-landed:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

// board returns what to wait for, the page that another request makes; nil when this one
// makes it.
func (v *view) board(key string) <-chan struct{} {
	v.mu.Lock()
	defer v.mu.Unlock()
	if landed, ok := v.flights[key]; ok {
		return landed
	}
	if !time.Now().Before(v.passing[key]) {
		v.flights[key] = make(chan struct{})
	}
	return nil
}

// land ends a flight. A key whose page was not kept is passed for a while.
func (v *view) land(key string, kept bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if landed, ok := v.flights[key]; ok {
		close(landed)
		delete(v.flights, key)
	}
	if kept {
		delete(v.passing, key)
		return
	}
	if len(v.passing) >= maxPassing {
		clear(v.passing)
	}
	v.passing[key] = time.Now().Add(passFor)
}

// key is what a page is kept under, and whether the request may have a kept one.
func (v *view) key(c *dewar.Context) (string, bool) {
	r := c.Request()
	if r.Method != http.MethodGet && r.Method != http.MethodHead || r.ContentLength != 0 || c.UserID() != "" || r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		return "", false
	}
	for _, name := range [...]string{"Authorization", "Content-Type", "Range", "Upgrade", "X-Http-Method", "X-Http-Method-Override", "X-Method-Override"} {
		if r.Header[name] != nil {
			return "", false
		}
	}
	root, err := c.URL(dewar.Path("/").External()) // with the prefix of a proxy, which links begin with
	if err != nil {
		return "", false
	}
	text := strconv.AppendQuote([]byte(root), c.Path())
	if r.URL.RawQuery != "" {
		query := c.QueryValues()
		for name := range query {
			if !slices.Contains(v.query, name) {
				return "", false
			}
		}
		for _, name := range v.query {
			if values, ok := query[name]; ok {
				for _, value := range values {
					text = strconv.AppendQuote(append(text, name...), value)
				}
			}
		}
	}
	return string(text), true
}
