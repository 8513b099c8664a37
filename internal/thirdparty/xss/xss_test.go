package xss

import (
	stdcontext "context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// judge says why a hit is a failure, "" when it is none.
func judge(h hit) string {
	_, c, _ := numbers(h.id)
	known := h.id >= 0 && c < len(contexts)
	asked := known && contexts[c].flags&link != 0 || h.id < 0 && !strings.Contains(h.text, "evil")
	switch h.kind {
	case "run":
		return "a script ran"
	case "nav":
		return "the page left its origin"
	case "click":
		if !asked {
			return "a click leads to another origin"
		}
	case "load":
		if !asked {
			return "something was loaded from another origin"
		}
	}
	return ""
}

// groups puts the contexts that a carrier fits and that compile into groups that
// share a document, and says how many are refused.
func groups(t *testing.T, carrier int) (list [][]int, refusals int) {
	t.Helper()
	var most, frames []int
	for c := range contexts {
		p, err := newPage(carrier, []int{c})
		if errors.Is(err, errNotCarried) {
			continue
		}
		flags := contexts[c].flags
		if err := p.compile(); err != nil {
			refusals++
			if carrier == 0 && flags&refused == 0 {
				t.Errorf("%s does not compile: %v", contexts[c].name, err)
			}
			continue
		}
		if flags&refused != 0 && carrier == 0 {
			t.Errorf("%s compiles, which it should not: %s", contexts[c].name, p.files["page"])
		}
		switch {
		case flags&alone != 0:
			list = append(list, []int{c})
		case flags&loading != 0:
			frames = append(frames, c)
		default:
			most = append(most, c)
		}
	}
	return append(list, most, frames), refusals
}

// turn says whether a payload's turn has come for a carrier and a group. All
// payloads come to most contexts as they are; the rest takes turns, since a
// document costs a browser some milliseconds. DEWAR_XSS_ALL=1 leaves nothing out.
func turn(payload, carrier int, group []int, whole bool) bool {
	every := 1
	first := contexts[group[0]].flags
	switch {
	case os.Getenv("DEWAR_XSS_ALL") != "":
	case carrier == 0 && first&(alone|loading) != 0 && whole:
		every = 8
	case carrier == 0 && first&(alone|loading) != 0:
		every = 32
	case carrier > 0 && first&(alone|loading) != 0:
		every = 480
	case carrier > 0:
		every = 80
	}
	return (payload+carrier+group[0])%every == 0
}

// TestNothingRuns: whatever the value, no script runs and nothing leaves the
// origin.
func TestNothingRuns(t *testing.T) {
	if raceDetector {
		t.Skip("skipped: the browser takes no part in the search for races")
	}
	s := newSite()
	t.Cleanup(s.Close)
	ctx := browser(t, s)
	proveHook(ctx, t, s)
	all := payloads()
	if len(all) < 300 || len(contexts) < 60 {
		t.Fatalf("%d payloads in %d contexts", len(all), len(contexts))
	}
	var docs []document
	var names []string
	var marks []int
	cases, refusals := 0, 0
	whole := map[string]bool{}
	for _, p := range schemes {
		whole[p] = true
	}
	for k := range carriers {
		list, no := groups(t, k)
		refusals += no
		for _, group := range list {
			if len(group) == 0 {
				continue
			}
			p, err := newPage(k, group)
			if err == nil {
				err = p.compile()
			}
			if err != nil {
				t.Fatalf("%s: %v", carriers[k].name, err)
			}
			for n, text := range all {
				if !turn(n, k, group, whole[text]) {
					continue
				}
				doc, err := p.t.RenderString(p.vars(text, n, k))
				if err != nil && len(group) == 1 && contexts[group[0]].flags&fails != 0 {
					continue
				}
				if err != nil {
					t.Errorf("%s, %q: %v", carriers[k].name, text, err)
					continue
				}
				docs = append(docs, document{text: doc})
				names = append(names, fmt.Sprintf("%s of %d contexts: %q", carriers[k].name, len(group), text))
				expected := strings.Count(p.files["page"], mark) + strings.Count(p.files["base"], mark)
				if contexts[group[0]].flags&(alone|loading) != 0 {
					expected = -1 // what is loaded may be late
				}
				marks = append(marks, expected)
				cases += len(group)
			}
		}
	}
	s.serve(docs)
	got := visit(ctx, t, s, len(docs), true)
	report(t, s.taken())
	late := 0
	for i := range docs {
		if got[i] == unloaded {
			late++
			continue
		}
		if marks[i] >= 0 && got[i] != marks[i] {
			t.Errorf("%s: %d marks of %d are left: a value has changed the document", names[i], got[i], marks[i])
		}
	}
	t.Logf("%d payloads, %d contexts, %d carriers: %d cases in %d documents; %d pairs of context and carrier are refused; %d documents were not loaded in time to look for their marks",
		len(all), len(contexts), len(carriers), cases, len(docs), refusals, late)
}

// report turns hits into failures, each case once.
func report(t *testing.T, hits []hit) {
	t.Helper()
	seen := map[string]bool{}
	for _, h := range hits {
		why := judge(h)
		if why == "" {
			continue
		}
		line := fmt.Sprintf("%s: %s (%s at %s)", title(h.id), why, h.text, h.at)
		if !seen[line] && len(seen) < 200 {
			seen[line] = true
			t.Error(line)
		}
	}
}

// proveHook shows that the server hears of everything that must not happen: a test
// that hears nothing would pass.
func proveHook(ctx stdcontext.Context, t *testing.T, s *site) {
	t.Helper()
	rows := []struct{ doc, kind string }{
		{`<script>RUN</script>`, "run"},
		{`<script>alert(ID)</script>`, "run"},
		{`<img src=x onerror=RUN>`, "run"},
		{`<p onclick=RUN>a</p>`, "run"},
		{`<a href="javascript:RUN">a</a>`, "run"},
		{`<a href="java&Tab;script:RUN">a</a>`, "run"},
		{`<svg><a href="javascript:RUN"><text>a</text></a></svg>`, "run"},
		{`<svg><a><text>a</text><set attributeName="href" to="javascript:RUN"/></a></svg>`, "run"},
		{`<form action="javascript:RUN"></form>`, "run"},
		{`<form><button formaction="javascript:RUN">a</button></form>`, "run"},
		{`<iframe src="javascript:RUN"></iframe>`, "run"},
		{`<iframe srcdoc="&lt;script>RUN&lt;/script>"></iframe>`, "run"},
		{`<iframe srcdoc="&lt;a href='javascript:RUN'>a&lt;/a>"></iframe>`, "run"},
		{`<iframe src="data:text/html,<script>RUN</script>"></iframe>`, "run"},
		{`<script src="//evil.test/ID.js"></script>`, "run"},
		{`<link rel=stylesheet href="//evil.test/ID">`, "load"},
		{`<button hx-on:click="RUN">a</button>`, "run"},
		{`<p x-data="{a: RUN}">a</p>`, "run"},
		{`<meta http-equiv=refresh content="0;url=//evil.test/ID">`, "nav"},
		{`<meta http-equiv=refresh content="0;url=https://evil.test/ID">`, "nav"},
		{`<script>location = "//evil.test/ID"</script>`, "nav"},
		{`<a href="//evil.test/ID">a</a>`, "click"},
		{`<a target=_top href="https://evil.test/ID">a</a>`, "click"},
		{`<base href="//evil.test/ID/"><a href="x">a</a>`, "click"},
		{`<form action="//evil.test/ID"></form>`, "click"},
		{`<p>a</p>`, ""},
		{`<a href="/here">a</a><form></form>`, ""},
	}
	docs := make([]document, 2*len(rows))
	for i := range docs { // written and loaded
		text := "<!doctype html>" + payload(rows[i/2].doc, id(i, 0, 0)) + mark
		docs[i] = document{text, i%2 == 1}
	}
	s.serve(docs)
	marks := visit(ctx, t, s, len(docs), true)
	heard := map[int][]string{}
	for _, h := range s.taken() {
		heard[h.id] = append(heard[h.id], h.kind)
	}
	for i := range docs {
		row := rows[i/2]
		if got := heard[id(i, 0, 0)]; row.kind != "" && !slices.Contains(got, row.kind) || row.kind == "" && len(got) > 0 {
			t.Errorf("the control %s, loaded %t, is heard as %q, want %q", row.doc, docs[i].load, got, row.kind)
		}
		if len(marks) != len(docs) || marks[i] != 1 {
			t.Errorf("the control %s has %d marks", row.doc, marks[i])
		}
	}
	if t.Failed() {
		t.FailNow()
	}
}
