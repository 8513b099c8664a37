//go:build axe

package thirdparty

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestFormIsAccessible: axe-core finds nothing in the form, new and refused, light and dark. DEWAR_AXE names axe.min.js;
// make axe fetches it.
func TestFormIsAccessible(t *testing.T) {
	script, err := os.ReadFile(os.Getenv("DEWAR_AXE"))
	if err != nil {
		t.Fatalf("DEWAR_AXE must name axe.min.js: %v", err)
	}
	ctx := chrome(t)
	server := everythingApp(t)
	for _, scheme := range []string{"light", "dark"} {
		for _, state := range []string{"new", "refused"} {
			if err := chromedp.Do(ctx, prefer(scheme), chromedp.Navigate(server.URL)); err != nil {
				t.Fatal(err)
			}
			if state == "refused" {
				if _, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS("[type=submit]"))); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](string(script)+"\ntrue")); err != nil {
				t.Fatal(err)
			}
			const run = `axe.run(document).then(r => JSON.stringify({passes: r.passes.length, violations: r.violations.map(v => v.id + ": " + v.help + " " + v.nodes.map(n => n.html).join(" | "))}))`
			text, err := chromedp.Run(ctx, chromedp.Evaluate[string](run, chromedp.EvalAwaitPromise))
			if err != nil {
				t.Fatal(err)
			}
			var found struct {
				Passes     int
				Violations []string
			}
			if err := json.Unmarshal([]byte(text), &found); err != nil {
				t.Fatal(err)
			}
			if found.Passes < 20 {
				t.Errorf("%s, %s: axe looked at %d rules only", state, scheme, found.Passes)
			}
			for _, v := range found.Violations {
				t.Errorf("%s, %s: %s", state, scheme, v)
			}
			t.Logf("%s, %s: %d rules pass", state, scheme, found.Passes)
		}
	}
}
