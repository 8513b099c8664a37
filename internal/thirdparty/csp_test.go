package thirdparty

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	devtools "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/internal/csplearn"
	"github.com/dewar-go/dewar/secure"
)

// foreignPage is a page of an application that knows of no policy. %[1]s is
// another host.
const foreignPage = `<!doctype html><html lang=en><meta charset=utf-8><title>before</title>
<link rel="stylesheet" href="%[1]s/theme.css"><style>p { color: rgb(1, 2, 3) }</style>
<script src="%[1]s/library.js"></script>
<p style="margin: 3px">Text</p><img src="%[1]s/image.svg" alt="">
<button onclick="document.title = 'clicked &amp; done'">Press</button>
<script>
	window.inline = true
	let late = document.createElement("script")
	late.src = "%[1]s/late.js"
	document.head.append(late)
</script>`

// chrome starts a headless Chromium in which pages count the violations of their
// policies in window.violations.
func chrome(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if env := os.Getenv("CHROME"); env != "" {
		path, err = env, nil
	}
	if err != nil {
		if os.Getenv("DEWAR_TEST_SERVICES") == "required" {
			t.Fatal("no browser: install chromium, or name one in CHROME")
		}
		t.Skip("skipped: no chromium on the path and none named by CHROME")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses its sandbox to root
	}
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("%s does not start: %v", path, err)
	}
	const hook = `window.violations = []; document.addEventListener("securitypolicyviolation", e =>
		violations.push(e.disposition + " " + e.effectiveDirective + " " + e.blockedURI))`
	if _, err := chromedp.Call(ctx, devtools.AddScriptToEvaluateOnNewDocument, devtools.AddScriptToEvaluateOnNewDocumentParams{Source: hook}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// TestLearnedPolicy: a page that the default policy would break works behind
// Dewar as it is, and works with the policy that was learnt from it, in a browser.
func TestLearnedPolicy(t *testing.T) {
	ctx := chrome(t)
	images := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/svg+xml")
		fmt.Fprint(w, `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>`)
	}))
	defer images.Close()
	cdn := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, text := "text/javascript", "window."+strings.TrimSuffix(r.URL.Path[1:], ".js")+" = true"
		switch filepath.Ext(r.URL.Path) {
		case ".css":
			kind, text = "text/css", "body { background: url("+images.URL+"/background.svg) }"
		case ".svg":
			http.Redirect(w, r, images.URL, http.StatusFound)
			return
		}
		w.Header().Set("Content-Type", kind)
		fmt.Fprint(w, text)
	}))
	defer cdn.Close()
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, foreignPage, cdn.URL)
	}))
	defer other.Close()

	dir := t.TempDir()
	reports := make(chan bool, 100)
	site := func(set func(*dewar.Fallback)) string {
		app := dewar.New(dewar.Config{InstanceDir: dir, Loopback: true, Logger: slog.New(slog.DiscardHandler)})
		set(app.Fallback(other.URL))
		app.Wrap(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				next.ServeHTTP(w, r)
				if r.Method == http.MethodPost {
					reports <- true
				}
			})
		})
		server := httptest.NewServer(app)
		t.Cleanup(server.Close)
		return strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	}
	// visit loads the page and presses its button.
	visit := func(address string) (state, violations []string) {
		t.Helper()
		const settled = `new Promise(done => (function look() {
			document.querySelector("img").complete && (window.late || violations.some(v => v.startsWith("enforce script-src"))) ? done(true) : setTimeout(look, 5)
		})())`
		_, err := chromedp.Run(ctx, chromedp.Steps(chromedp.Navigate(address), chromedp.Click(chromedp.CSS("button"))))
		if err == nil {
			_, err = chromedp.Run(ctx, chromedp.Evaluate[bool](settled, chromedp.EvalAwaitPromise))
		}
		if err == nil {
			state, err = chromedp.Run(ctx, chromedp.Evaluate[[]string](`[document.title, window.inline, window.library, window.late,
				getComputedStyle(document.querySelector("p")).color, getComputedStyle(document.querySelector("p")).margin,
				document.querySelector("img").naturalWidth].map(String)`))
		}
		if err == nil {
			violations, err = chromedp.Run(ctx, chromedp.Evaluate[[]string](`violations`))
		}
		if err != nil {
			t.Fatal(err)
		}
		return state, violations
	}
	works := []string{"clicked & done", "true", "true", "true", "rgb(1, 2, 3)", "3px", "9"}

	if state, violations := visit(site(func(f *dewar.Fallback) {
		f.Headers(secure.Headers{ContentSecurityPolicy: secure.DefaultCSP()})
	})); len(violations) < 6 || slices.Equal(state, works) {
		t.Errorf("the default policy breaks nothing: %q %q", state, violations)
	}
	if state, violations := visit(site(func(*dewar.Fallback) {})); len(violations) > 0 || !slices.Equal(state, works) {
		t.Errorf("as it is: %q %q", state, violations)
	}
	learning := site(func(f *dewar.Fallback) { f.LearnCSP() })
	state, violations := visit(learning)
	if len(violations) < 6 || !slices.Equal(state, works) {
		t.Errorf("learning: %q %q", state, violations)
	}
	for range violations {
		<-reports
	}
	findings, err := csplearn.Read(filepath.Join(dir, csplearn.File))
	if err != nil {
		t.Fatal(err)
	}
	result := findings.Result()
	if !slices.Contains(result.Policy["img-src"], images.URL) {
		t.Errorf("the image that only browsers know of is not allowed: %s", result.Header)
	}
	if len(result.Unconfirmed)+len(result.Refused)+result.Dropped > 0 {
		t.Errorf("%+v", result)
	}
	if state, violations := visit(site(func(f *dewar.Fallback) {
		f.Headers(secure.Headers{ContentSecurityPolicy: result.Policy})
	})); len(violations) > 0 || !slices.Equal(state, works) {
		t.Errorf("with the policy %s: %q %q", result.Header, state, violations)
	}
}
