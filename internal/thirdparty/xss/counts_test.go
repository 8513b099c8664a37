package xss

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dewar-go/dewar/jinja"
)

// An engine renders one context with one value. An error is a refusal.
type engine struct {
	name   string
	render func(c *context, x, h, t string) (string, error)
}

// TestCounts prints in how many cases a script runs, or the page leaves its origin,
// for this engine, Jinja2 and html/template: each case in a document of its own.
// DEWAR_XSS_COUNTS=1 turns it on; a larger number takes every so manieth payload.
func TestCounts(t *testing.T) {
	every, _ := strconv.Atoi(os.Getenv("DEWAR_XSS_COUNTS"))
	if every < 1 {
		t.Skip("skipped: DEWAR_XSS_COUNTS is not set")
	}
	s := newSite()
	t.Cleanup(s.Close)
	ctx := browser(t, s)
	all := payloads()
	for _, e := range []engine{{"Dewar", renderDewar}, {"Jinja2", jinja2(t)}, {"html/template", renderGo}} {
		var docs []document
		refusals, absent, cases := 0, 0, 0
		for c := range contexts {
			if e.name == "html/template" && contexts[c].flags&expression != 0 {
				absent++
				continue
			}
			for n := 0; n < len(all); n += every {
				p := strings.ToValidUTF8(payload(all[n], id(n, c, 0)), "\ufffd")
				half := len(p) / 2
				for !utf8.RuneStart(append([]byte(p), 0)[half]) {
					half++
				}
				cases++
				doc, err := e.render(&contexts[c], p, p[:half], p[half:])
				if err != nil {
					refusals++
					continue
				}
				docs = append(docs, document{text: "<!doctype html>\n" + doc})
			}
		}
		s.serve(docs)
		visit(ctx, t, s, len(docs), false)
		ran, left := map[int]bool{}, map[int]bool{}
		where := map[string]bool{}
		for _, h := range s.taken() {
			_, c, _ := numbers(h.id)
			switch why := judge(h); {
			case h.id < 0 || why == "":
			case h.kind == "run":
				ran[h.id], where[contexts[c].name] = true, true
			default:
				left[h.id] = true
			}
			if why := judge(h); why != "" && h.id >= 0 && e.name == "Dewar" {
				t.Errorf("%s: %s (%s)", title(h.id), why, h.text)
			}
		}
		fmt.Printf("%s: %d contexts, %d payloads, %d cases: %d run a script (in %d contexts), %d leave the origin, %d are refused; %d contexts cannot be said\n",
			e.name, len(contexts)-absent, (len(all)+every-1)/every, cases, len(ran), len(where), len(left), refusals, absent)
	}
}

var dewarTemplates = map[string]*jinja.Template{}

func renderDewar(c *context, x, h, t string) (string, error) {
	tmpl, ok := dewarTemplates[c.text]
	if !ok {
		env, err := newEnvironment(jinja.Map{"page": c.text})
		if err != nil {
			return "", err
		}
		if tmpl, err = env.GetTemplate("page"); err != nil {
			tmpl = nil
		}
		dewarTemplates[c.text] = tmpl
	}
	if tmpl == nil {
		return "", errNotCarried
	}
	return tmpl.RenderString(map[string]any{"x": x, "h": h, "t": t, "y": true, "e": "", "s": "/"})
}

var goTemplates = map[string]*template.Template{}

func renderGo(c *context, x, h, t string) (string, error) {
	tmpl, ok := goTemplates[c.text]
	if !ok {
		source := strings.NewReplacer("{{ x }}", "{{.X}}", "{{ h }}", "{{.H}}", "{{ t }}", "{{.T}}").Replace(c.text)
		tmpl, _ = template.New("").Parse(source)
		goTemplates[c.text] = tmpl
	}
	if tmpl == nil {
		return "", errNotCarried
	}
	var b bytes.Buffer
	err := tmpl.Execute(&b, struct{ X, H, T string }{x, h, t})
	return b.String(), err
}

// jinja2 starts a Python that renders.
func jinja2(t *testing.T) func(c *context, x, h, tail string) (string, error) {
	t.Helper()
	cmd := exec.Command("/usr/bin/python3", "render_jinja2.py")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out io.Reader
	if out, err = cmd.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	lines := bufio.NewReader(out)
	return func(c *context, x, h, tail string) (string, error) {
		line, err := json.Marshal(map[string]string{"template": c.text, "x": x, "h": h, "t": tail})
		if err != nil {
			return "", err
		}
		if _, err := in.Write(append(line, '\n')); err != nil {
			return "", err
		}
		answer, err := lines.ReadBytes('\n')
		if err != nil {
			return "", err
		}
		var r struct{ Text, Error string }
		if err := json.Unmarshal(answer, &r); err != nil {
			return "", err
		}
		if r.Error != "" {
			return "", fmt.Errorf("jinja2: %s", r.Error)
		}
		return r.Text, nil
	}
}
