package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"base.html":  `<h1>{% block title %}{% endblock %}</h1>`,
		"page.html":  `{% extends "base.html" %}{% block title %}{{ name }}, {{ n + 1 }}, {{ half }}{% endblock %}`,
		"page.txt":   `{{ name }}{{ missing }}`,
		"bad.html":   `{% if %}`,
		"n.txt":      `{{ n }}`,
		"l.json":     `{"l": []}`,
		"page.json":  `{"name": "<Ada>", "n": 9007199254740993, "half": 0.5}`,
		"list.json":  `[1]`,
		"order.txt":  `{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}{{ n }}` + "\n",
		"order.json": `{"d": {"z": 1, "a": 2.0}, "n": 123456789012345678901234567890, "sub": {"name": "part"}}`,
		"conf.ini":   "; c\n[DEFAULT]\nhost = h\n[web]\nName: one\n  two\nport=80\n",
		"bad.ini":    "x = 1\n",
		"vars.env":   "export A=\"1 2\"\n# c\nB='x'\nC=3=4\n",
		"do.txt":     `{% for i in [1, 2] %}{% do l.append(i) %}{% break %}{% endfor %}{{ l }}`,
		"trans.txt":  `{% trans %}hi{% endtrans %}`,
		"lines.txt":  "  {% if true %}\n  x\n  {% endif %}\n",
		"js.html":    `<script>var x = {{ name }};</script>`,
		"data.yaml":  "a: 1\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("DEWAR_RENDER_TEST", "set")
	const page = "<h1>&lt;Ada&gt;, 9007199254740994, 0.5</h1>"
	tests := []struct {
		name, args, stdin string
		status            int
		stdout, stderr    string
	}{
		{name: "nothing", status: 2, stderr: "Usage:"},
		{name: "unknown", args: "fly", status: 2, stderr: "Usage:"},
		{name: "help", args: "help", stdout: "Usage:"},
		{name: "version", args: "version", stdout: "dewar "},
		{name: "version with more", args: "version x", status: 2, stderr: "Usage:"},
		{name: "check", args: "check --csp --instance DIR", stdout: "No page has been read yet"},
		{name: "check as JSON", args: "check --csp --json --instance DIR", stdout: `"needed": []`},
		{name: "check without more", args: "check", status: 2, stderr: "the application's own command check"},
		{name: "check nowhere", args: "check --csp --instance DIR/none", status: 2, stderr: "no such file"},
		{name: "render", args: "render DIR/page.html --data DIR/page.json", stdout: page},
		{name: "render, options first", args: "render --data=DIR/page.json DIR/page.html", stdout: page},
		{name: "render from a folder", args: "render page.html --templates DIR --data -", stdin: `{"name": "<Ada>", "n": 9007199254740993, "half": 0.5}`, stdout: page},
		{name: "render text", args: "render DIR/page.txt --data DIR/page.json", stdout: "<Ada>"},
		{name: "strict", args: "render DIR/page.txt --data DIR/page.json --strict", status: 1, stderr: "missing"},
		{name: "no template", args: "render", status: 2, stderr: "Usage:"},
		{name: "three arguments", args: "render a b c", status: 2, stderr: "Usage:"},
		{name: "unknown option", args: "render a --fast", status: 2, stderr: "fast"},
		{name: "data as an argument", args: "render DIR/page.html DIR/page.json", stdout: page},
		{name: "order and size of numbers", args: "render DIR/order.txt DIR/order.json", stdout: "z=1;a=2.0;123456789012345678901234567890\n"},
		{name: "section", args: "render DIR/page.txt DIR/order.json -s sub", stdout: "part"},
		{name: "missing section", args: "render DIR/page.txt DIR/order.json --section none", status: 1, stderr: "no section"},
		{name: "define", args: "render DIR/page.txt -Dname=<x> -D name=y", stdout: "y"},
		{name: "define over data", args: "render DIR/page.txt DIR/page.json -D name=y", stdout: "y"},
		{name: "define without a value", args: "render DIR/page.txt -D name", status: 1, stderr: "KEY=VALUE"},
		{name: "template from standard input", args: "render - DIR/page.json", stdin: "{{ name }}\n", stdout: "<Ada>\n"},
		{name: "escaped template from standard input", args: "render - DIR/page.json --autoescape on", stdin: "{{ name }}", stdout: "&lt;Ada&gt;"},
		{name: "standard input twice", args: "render - -", status: 2, stderr: "both"},
		{name: "unescaped page", args: "render DIR/page.html DIR/page.json --autoescape=off", stdout: "<h1><Ada>,"},
		{name: "as Jinja2 escapes", args: "render DIR/js.html DIR/page.json", stdout: "var x = &lt;Ada&gt;;"},
		{name: "as an application escapes", args: "render DIR/js.html DIR/page.json --escaping contextual", stdout: `var x = "\u003cAda\u003e";`},
		{name: "ini", args: "render - DIR/conf.ini", stdin: "{{ web }}", stdout: `{'host': 'h', 'name': 'one\ntwo', 'port': '80'}`},
		{name: "ini by format", args: "render - DIR/bad.ini --format ini", status: 1, stderr: "line 1"},
		{name: "env", args: "render - DIR/vars.env", stdin: "{{ A }}|{{ B }}|{{ C }}", stdout: "1 2|x|3=4"},
		{name: "query string", args: "render DIR/n.txt --format querystring --data -", stdin: "n=a+b&n=%3C&x=", stdout: "['a b', '<']"},
		{name: "yaml", args: "render DIR/page.txt DIR/data.yaml", status: 1, stderr: "convert it to JSON"},
		{name: "unknown format", args: "render DIR/page.txt DIR/page.json --format xml", status: 1, stderr: `no format "xml"`},
		{name: "do and break", args: "render DIR/do.txt DIR/l.json", stdout: "[1]"},
		{name: "extension", args: "render DIR/trans.txt -e i18n -e debug", stdout: "hi"},
		{name: "tag without its extension", args: "render DIR/trans.txt", status: 1, stderr: "Encountered unknown tag 'trans'"},
		{name: "unknown extension", args: "render DIR/page.txt -e fly", status: 1, stderr: "fly"},
		{name: "white space", args: "render DIR/lines.txt --trim-blocks --lstrip-blocks", stdout: "  x\n"},
		{name: "environ", args: "render -", stdin: "{{ environ('DEWAR_RENDER_TEST') }}{{ environ('DEWAR_RENDER_NONE') }}", stdout: "setNone"},
		{name: "an error shows its line", args: "render -", stdin: "a\n{{ 1/0 }}", status: 1, stderr: "{{ 1/0 }}"},
		{name: "help", args: "render --help", stdout: "Usage: dewar render"},
		{name: "missing template", args: "render DIR/none.html", status: 1, stderr: "none.html"},
		{name: "broken template", args: "render DIR/bad.html", status: 1, stderr: "bad.html"},
		{name: "missing data", args: "render DIR/page.html --data DIR/none.json", status: 1, stderr: "none.json"},
		{name: "data is no object", args: "render DIR/page.html --data DIR/list.json", status: 1, stderr: "no JSON object"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			args := strings.Fields(strings.ReplaceAll(tt.args, "DIR", dir))
			if status := run(args, strings.NewReader(tt.stdin), &stdout, &stderr); status != tt.status {
				t.Errorf("status %d, want %d", status, tt.status)
			}
			if !strings.Contains(stdout.String(), tt.stdout) || !strings.Contains(stderr.String(), tt.stderr) {
				t.Errorf("stdout %q\nstderr %q", stdout.String(), stderr.String())
			}
		})
	}
}

func TestOutfile(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.txt")
	var stdout, stderr bytes.Buffer
	if status := run([]string{"render", "-", "-o", out}, strings.NewReader("{{ 1 + 1 }}\n"), &stdout, &stderr); status != 0 || stdout.Len() > 0 {
		t.Errorf("status %d, stdout %q, stderr %q", status, stdout.String(), stderr.String())
	}
	if raw, err := os.ReadFile(out); err != nil || string(raw) != "2\n" {
		t.Errorf("%q, %v", raw, err)
	}
	// What fails leaves the file as it was.
	if status := run([]string{"render", "-", "-o", out}, strings.NewReader("x{{ 1 / 0 }}"), &stdout, &stderr); status != 1 {
		t.Errorf("status %d", status)
	}
	if raw, err := os.ReadFile(out); err != nil || string(raw) != "2\n" {
		t.Errorf("%q, %v", raw, err)
	}
}

// TestVet: without its tool, vet says how to get it.
func TestVet(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	var stdout, stderr bytes.Buffer
	if status := run([]string{"vet", "./..."}, strings.NewReader(""), &stdout, &stderr); status != 1 || !strings.Contains(stderr.String(), "go install") {
		t.Errorf("%d %s", status, stderr.String())
	}
}

// TestVerify: the exit status says whether a probe fails, and the results are JSON when that is asked for.
func TestVerify(t *testing.T) {
	site := httptest.NewServer(http.NotFoundHandler())
	defer site.Close()
	var stdout, stderr bytes.Buffer
	if status := run([]string{"verify", "--json", site.URL}, strings.NewReader(""), &stdout, &stderr); status != 1 {
		t.Errorf("%d %s", status, stderr.String())
	}
	var results []struct{ Probe, Outcome, Text string }
	if err := json.Unmarshal(stdout.Bytes(), &results); err != nil || len(results) == 0 || results[0].Probe != "https" || results[0].Outcome != "fails" {
		t.Errorf("%v %s", err, stdout.String())
	}
	for args, want := range map[string]int{"verify": 2, "verify a b": 2, "verify shop.example.com": 1, "verify --help": 0, "verify --none x": 2} {
		if status := run(strings.Fields(args), strings.NewReader(""), &stdout, &stderr); status != want {
			t.Errorf("%s: %d, want %d", args, status, want)
		}
	}
}
