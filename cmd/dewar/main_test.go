package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"base.html": `<h1>{% block title %}{% endblock %}</h1>`,
		"page.html": `{% extends "base.html" %}{% block title %}{{ name }}, {{ n + 1 }}, {{ half }}{% endblock %}`,
		"page.txt":  `{{ name }}{{ missing }}`,
		"bad.html":  `{% if %}`,
		"page.json": `{"name": "<Ada>", "n": 9007199254740993, "half": 0.5}`,
		"list.json": `[1]`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
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
		{name: "render", args: "render DIR/page.html --data DIR/page.json", stdout: page},
		{name: "render, options first", args: "render --data=DIR/page.json DIR/page.html", stdout: page},
		{name: "render from a folder", args: "render page.html --templates DIR --data -", stdin: `{"name": "<Ada>", "n": 9007199254740993, "half": 0.5}`, stdout: page},
		{name: "render text", args: "render DIR/page.txt --data DIR/page.json", stdout: "<Ada>"},
		{name: "strict", args: "render DIR/page.txt --data DIR/page.json --strict", status: 1, stderr: "missing"},
		{name: "no template", args: "render", status: 2, stderr: "Usage:"},
		{name: "two templates", args: "render a b", status: 2, stderr: "Usage:"},
		{name: "unknown option", args: "render a --fast", status: 2, stderr: "fast"},
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
