package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"sort"
	"testing"
)

// TestTemplates replays requests that the real Jinja2 has answered. They are
// made by jinja/testdata/render.py.
func TestTemplates(t *testing.T) {
	f, err := os.Open("../../jinja/testdata/render.json")
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
		if err := json.Unmarshal(b, &got); err != nil {
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
	if total < 9000 {
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
