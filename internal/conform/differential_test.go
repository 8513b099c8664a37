//go:build differential

package main

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// FuzzDifferential compares the driver with the real Jinja2 on mutated
// templates. It needs a Python that has Jinja2:
//
//	go test -tags differential -fuzz Differential -fuzztime 1m ./internal/conform
func FuzzDifferential(f *testing.F) {
	python := os.Getenv("PYTHON")
	if python == "" {
		python = "/usr/bin/python3"
	}
	jinja := newReference(f, python)
	seeds, err := os.Open("../../jinja/testdata/render.json")
	if err != nil {
		f.Fatal(err)
	}
	defer seeds.Close()
	lines := bufio.NewScanner(seeds)
	lines.Buffer(nil, 1<<20)
	for i := 0; lines.Scan(); i++ {
		var c struct {
			Request struct {
				Kind   string
				Source *string
				Loader map[string]string
				Env    struct{ Class string }
			}
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			f.Fatal(err)
		}
		r := c.Request
		if i%7 == 0 && r.Kind == "render" && r.Source != nil && r.Loader == nil && r.Env.Class == "" {
			f.Add(*r.Source, i%2 == 0)
		}
	}
	context := json.RawMessage(`{"n":null,"t":true,"i":3,"fl":2.5,"s":"abc","h":"<a>","l":[3,1,2],"d":{"b":1,"a":2},"tu":{"$tuple":[1,2]},"m":{"$mock":"m"}}`)
	f.Fuzz(func(t *testing.T, source string, autoescape bool) {
		// What does not end, or names an address or Python's own compiler.
		for _, word := range []string{"range", "lipsum", "random", "**", "append", "extend", "insert", "recursive", "generator", "*"} {
			if strings.Contains(source, word) {
				t.Skip()
			}
		}
		if len(source) > 300 {
			t.Skip()
		}
		request, err := json.Marshal(map[string]any{
			"kind": "render", "source": source, "context": context,
			"env": map[string]any{"autoescape": autoescape, "extensions": []string{"jinja2.ext.do", "jinja2.ext.loopcontrols"}},
		})
		if err != nil {
			t.Skip()
		}
		want := jinja.answer(t, request)
		class, _ := want["exception"].(string)
		switch class {
		case "SyntaxError", "RecursionError", "MemoryError", "NameError", "AssertionError":
			return
		}
		answer, err := json.Marshal(serve(request))
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(address.ReplaceAll(answer, []byte("0x")), &got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%s\n got %s\nwant %s", request, plainJSON(got), plainJSON(want))
		}
	})
}

var address = regexp.MustCompile("0x[0-9a-f]+")

// A reference is a running reference.py.
type reference struct {
	in  io.Writer
	out *bufio.Reader
}

func newReference(f *testing.F, python string) *reference {
	cmd := exec.Command(python, "-W", "ignore", "../../jinja/testdata/reference.py")
	in, err := cmd.StdinPipe()
	if err != nil {
		f.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		f.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		f.Skip(err)
	}
	f.Cleanup(func() {
		in.Close()
		cmd.Wait()
	})
	return &reference{in, bufio.NewReader(out)}
}

func (r *reference) answer(t *testing.T, request []byte) map[string]any {
	if _, err := r.in.Write(append(request, '\n')); err != nil {
		t.Fatal(err)
	}
	line, err := r.out.ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var a map[string]any
	if err := json.Unmarshal(address.ReplaceAll(line, []byte("0x")), &a); err != nil {
		t.Skip() // an infinity, or half a surrogate pair
	}
	return a
}
