package xss

import (
	stdcontext "context"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	devtools "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// browser starts a headless Chromium that reaches nothing but the site, and opens
// the runner in it. Without one on the machine the test is skipped, or fails where
// services are required.
func browser(t *testing.T, s *site) stdcontext.Context {
	t.Helper()
	path := os.Getenv("CHROME")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path == "" {
			path, _ = exec.LookPath(name)
		}
	}
	if path == "" {
		if os.Getenv("DEWAR_TEST_SERVICES") == "required" {
			t.Fatal("no browser: install chromium, or name one in CHROME")
		}
		t.Skip("skipped: no chromium on the path and none named by CHROME")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("proxy-server", s.Listener.Addr().String()),
		chromedp.Flag("proxy-bypass-list", "<-loopback>"),
		chromedp.Flag("disable-site-isolation-trials", true), // the hook goes into frames of other sites, too
		chromedp.Flag("disable-features", "IsolateOrigins,site-per-process,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,Translate"))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses its sandbox to root
	}
	allocator, cancel := chromedp.NewExecAllocator(stdcontext.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("%s does not start: %v", path, err)
	}
	if _, err := chromedp.Call(ctx, devtools.AddScriptToEvaluateOnNewDocument, devtools.AddScriptToEvaluateOnNewDocumentParams{Source: hook}); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate("http://app.test/")); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// unloaded stands for the marks of a document that was not loaded in time, or has
// replaced the runner itself.
const unloaded = -1

// visit loads every document and returns how many of the marks behind contexts
// each has.
func visit(ctx stdcontext.Context, t *testing.T, s *site, n int, again bool) []int {
	t.Helper()
	marks := make([]int, 0, n)
	const batch = 200 // then the page is made anew, for its memory
	for from := 0; from < n; from += batch {
		start := time.Now()
		marks = append(marks, visitSome(ctx, t, s, from, min(n, from+batch), again)...)
		if testing.Verbose() {
			fmt.Printf("%d of %d documents, %v\n", min(n, from+batch), n, time.Since(start).Round(time.Millisecond))
		}
	}
	return marks
}

// patience is how long the runner may be silent, which tells of its work several times a
// second: longer, and a document has stopped it.
const patience = 2 * time.Minute

func visitSome(ctx stdcontext.Context, t *testing.T, s *site, from, to int, again bool) []int {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate("http://app.test/")); err != nil {
		t.Fatal(err)
	}
	limited, cancel := stdcontext.WithCancel(ctx)
	defer cancel()
	stopped := time.AfterFunc(patience, cancel)
	defer stopped.Stop()
	s.onTurn(func() { stopped.Reset(patience) })
	counts, err := chromedp.Run(limited, chromedp.Evaluate[[]int](fmt.Sprintf("run(%d, %d, 8, %t)", from, to, again), chromedp.EvalAwaitPromise))
	if err != nil {
		t.Logf("documents %d to %d: %v", from, to, err)
	}
	switch {
	case err == nil:
		return counts
	case to-from == 1:
		return []int{unloaded}
	}
	middle := (from + to) / 2
	return append(visitSome(ctx, t, s, from, middle, again), visitSome(ctx, t, s, middle, to, again)...)
}
