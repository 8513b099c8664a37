// Package chrome drives a headless Chromium through the examples, for their tests.
package chrome

import (
	"context"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Start starts a headless Chromium with an empty profile. Without one on the
// machine the test is skipped, or fails where services are required.
func Start(t *testing.T) context.Context {
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
		chromedp.Flag("disable-component-update", true))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses its sandbox to root
	}
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	// The browser lives as long as the context of its first use.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("%s does not start: %v", path, err)
	}
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// An Action is a step in the browser.
type Action = chromedp.Action[chromedp.Void]

// Fill types into a field, over what is in it.
func Fill(selector chromedp.CSS, text string) Action {
	selectAll := fmt.Sprintf(`document.querySelector(%q).select(), true`, selector)
	return chromedp.Steps(
		chromedp.WaitVisible(selector),
		chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](selectAll))
			return err
		}),
		chromedp.SendKeys(selector, text),
	)
}

// Press clicks something that leads to another page, and waits for that page.
func Press(selector chromedp.CSS) Action {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.RunResponse(ctx, chromedp.Click(selector))
		return err
	})
}

// Complaints reads what the browser writes to its console: a violated policy, a
// missing file, a script's error. Each call returns what came since the last.
func Complaints(ctx context.Context, t *testing.T) func() []string {
	t.Helper()
	next, stop := iter.Pull2(chromedp.Console(ctx))
	t.Cleanup(stop)
	return func() (list []string) {
		t.Helper()
		// A message of our own marks the end: the others came before it.
		const end = "that is all"
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`console.log("`+end+`"), true`)); err != nil {
			t.Fatal(err)
		}
		for {
			message, err, ok := next()
			switch {
			case !ok || err != nil:
				t.Fatalf("the console ended: %v", err)
			case message.Text == end:
				return list
			}
			// A form that was refused, and what the browser says of what it did, are no complaints.
			if !strings.Contains(message.Text, "status of 422") && !strings.Contains(message.Text, "Clear-Site-Data header") {
				list = append(list, message.String())
			}
		}
	}
}

// Prefer makes the browser ask for the light or the dark scheme.
func Prefer(scheme string) Action {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	})
}

// Shoot writes pictures of a page, wide and narrow, light and dark, to a folder. steps lead to the page, each time.
func Shoot(ctx context.Context, t *testing.T, dir, name string, steps ...Action) {
	t.Helper()
	for width, wide := range map[int64]string{1280: "wide", 390: "narrow"} {
		for _, scheme := range []string{"light", "dark"} {
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 844), Prefer(scheme), chromedp.Steps(steps...)); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name+"-"+wide+"-"+scheme+".png"), picture, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}
