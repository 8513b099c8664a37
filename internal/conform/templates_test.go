package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"sort"
	"testing"
)

// TestTemplates replays requests that the real Jinja2 has answered. They are
// made by jinja/testdata/render.py, found.py, apps.py and sites.py.
func TestTemplates(t *testing.T) {
	t.Run("render", func(t *testing.T) { replayTemplates(t, "../../jinja/testdata/render.json", 9000) })
	t.Run("found", func(t *testing.T) { replayTemplates(t, "../../jinja/testdata/found.json", 700) })
	t.Run("apps", func(t *testing.T) { replayTemplates(t, "../../jinja/testdata/apps.json", 200) })
	t.Run("sites", func(t *testing.T) { replayTemplates(t, "../../jinja/testdata/sites.json", 150) })
}

var addressOf = regexp.MustCompile("0x[0-9a-f]{6,}")

func replayTemplates(t *testing.T, file string, least int) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	total, failed := 0, 0
	byKind := map[string]int{}
	for lines.Scan() {
		var c struct {
			Request json.RawMessage
			Answer  map[string]any
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatalf("%v: %s", err, lines.Bytes())
		}
		total++
		var got map[string]any
		b, err := json.Marshal(serve(c.Request))
		if err != nil {
			t.Errorf("%s: %v", c.Request, err)
			continue
		}
		if err := json.Unmarshal(addressOf.ReplaceAll(b, []byte("0x")), &got); err != nil {
			t.Fatal(err)
		}
		if reflect.DeepEqual(got, c.Answer) {
			continue
		}
		failed++
		what, _ := c.Answer["exception"].(string)
		byKind[what]++
		if failed <= 2000 {
			t.Errorf("%s\n got %s\nwant %s", c.Request, plainJSON(got), plainJSON(c.Answer))
		}
	}
	if total < least {
		t.Errorf("%d requests", total)
	}
	var classes []string
	for class := range byKind {
		classes = append(classes, class)
	}
	sort.Strings(classes)
	for _, class := range classes {
		t.Logf("%d wrong where Jinja2 says %q", byKind[class], class)
	}
	t.Logf("%d of %d requests are answered as Jinja2 answers them", total-failed, total)
}

func plainJSON(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.Encode(v)
	return string(bytes.TrimSpace(b.Bytes()))
}

// What holds itself, or is nested without end, is an error or cut short: a
// stack overflow would end the process.
func TestWithoutEnd(t *testing.T) {
	const do = `"env":{"extensions":["do"]},`
	for _, row := range []struct{ name, request, want string }{
		{"list in itself", do + `"source":"{% set x=[] %}{% do x.append(x) %}{{ x }}"`, `{"output":"[[...]]"}`},
		{"namespace in itself", `"source":"{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}"`, `{"output":"<Namespace {'a': <Namespace {...}>}>"}`},
		{"list by way of a group", do + `"source":"{% set x=[1] %}{% do x.append([x]|groupby(0)|first) %}{{ x }}"`, `{"output":"[1, (1, [[...]])]"}`},
		{"equal groups", do + `"source":"{% set x=[1] %}{% set y=[1] %}{% do x.append([x]|groupby(0)|first) %}{% do y.append([y]|groupby(0)|first) %}{{ x == y }}"`, `{"exception":"RecursionError","message":"maximum recursion depth exceeded in comparison"}`},
		{"JSON of itself", do + `"source":"{% set x=[] %}{% do x.append(x) %}{{ x|tojson }}"`, `{"exception":"ValueError","message":"Circular reference detected"}`},
		{"deep tuple as a key", `"source":"{% set ns = namespace(x=()) %}{% for i in range(100000) %}{% set ns.x = (ns.x,) %}{% endfor %}{{ {ns.x: 1}|length }}"`, `{"exception":"RecursionError","message":"maximum recursion depth exceeded"}`},
		{"macro", `"source":"{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}"`, `{"exception":"RecursionError","message":"maximum recursion depth exceeded"}`},
		{"include", `"source":"{% include 'a' %}","loader":{"a":"{% include 'a' %}"}`, `{"exception":"RecursionError","message":"maximum recursion depth exceeded"}`},
		{"recursive loop", `"source":"{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}"`, `{"exception":"RecursionError","message":"maximum recursion depth exceeded"}`},
		{"filler text", `"source":"{{ lipsum(10**9) }}"`, `{"exception":"MemoryError","message":""}`},
		{"a long string", `"source":"{{ 'a' * 10**12 }}"`, `{"exception":"MemoryError","message":""}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := plainJSON(serve([]byte(`{"kind":"render",` + row.request + `}`))); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}
