package jinja_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dewar-go/dewar/jinja"
)

func newEnv(t *testing.T, o jinja.Options) *jinja.Environment {
	t.Helper()
	env, err := jinja.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func render(t *testing.T, env *jinja.Environment, source string, vars any) string {
	t.Helper()
	tm, err := env.FromString(source)
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	s, err := tm.RenderString(vars)
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return s
}

func TestLoaders(t *testing.T) {
	fsys := fstest.MapFS{"a.html": {Data: []byte("A")}, "dir/b.html": {Data: []byte("\ufeffB\ufeff")}} // one mark begins the file, the other is text
	all := jinja.Choice{
		jinja.FS(fsys),
		jinja.Prefix{"app": jinja.Map{"x.html": "AX", "sub/y.html": "AY"}},
		jinja.LoaderFunc(func(name string) (jinja.Source, error) {
			switch name {
			case "broken":
				return jinja.Source{}, errors.New("no connection")
			case "func":
				return jinja.Source{Text: "F"}, nil
			}
			return jinja.Source{}, fs.ErrNotExist
		}),
	}
	env := newEnv(t, jinja.Options{Loader: all})
	for name, want := range map[string]string{
		"a.html": "A", "dir/b.html": "B\ufeff", "/dir//b.html": "B\ufeff", "./a.html": "A", "app/x.html": "AX", "app/sub/y.html": "AY", "func": "F",
		"dir/../a.html": "", "../a.html": "", "dir": "", "": "", "dir\\b.html": "", "a.html\x00": "", "app": "", "nope": "",
	} {
		tm, err := env.GetTemplate(name)
		if want == "" {
			var e *jinja.Error
			if !errors.As(err, &e) || e.Class != "TemplateNotFound" || e.Message != name {
				t.Errorf("%q: %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", name, err)
		} else if got, _ := tm.RenderString(nil); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
	if _, err := env.GetTemplate("broken"); err == nil || jinja.IsNotFound(err) || !strings.Contains(err.Error(), "no connection") {
		t.Errorf("broken loader: %v", err)
	}
	names, err := env.Templates()
	if want := "[a.html app/sub/y.html app/x.html dir/b.html"; err != nil || !strings.HasPrefix(fmt.Sprint(names), want) {
		t.Errorf("names %v, %v", names, err)
	}
	if tm, err := env.SelectTemplate("nope", "a.html"); err != nil || tm.Name() != "a.html" {
		t.Errorf("select: %v", err)
	}
	if _, err := env.SelectTemplate("nope", "no"); err == nil || !strings.Contains(err.Error(), "none of the templates given were found: nope, no") {
		t.Errorf("select: %v", err)
	}
}

func TestAutoReload(t *testing.T) {
	fsys := fstest.MapFS{"a": {Data: []byte("1"), ModTime: time.Unix(1, 0)}, "b": {Data: []byte("{% include 'a' %}")}}
	for _, reload := range []bool{false, true} {
		fsys["a"] = &fstest.MapFile{Data: []byte("1"), ModTime: time.Unix(1, 0)}
		env := newEnv(t, jinja.Options{Loader: jinja.FS(fsys), AutoReload: reload})
		show := func() string {
			tm, err := env.GetTemplate("b")
			if err != nil {
				t.Fatal(err)
			}
			s, _ := tm.RenderString(nil)
			return s
		}
		first := show()
		fsys["a"] = &fstest.MapFile{Data: []byte("2"), ModTime: time.Unix(2, 0)}
		second := show()
		if first != "1" || (second == "2") != reload {
			t.Errorf("reload %v: %s, %s", reload, first, second)
		}
	}
}

func TestCacheSize(t *testing.T) {
	loads := map[string]int{}
	l := jinja.LoaderFunc(func(name string) (jinja.Source, error) {
		loads[name]++
		return jinja.Source{Text: name}, nil
	})
	for _, c := range []struct{ size, want int }{{0, 1}, {2, 2}, {-1, 3}} {
		clear(loads)
		env := newEnv(t, jinja.Options{Loader: l, CacheSize: c.size})
		for _, name := range []string{"a", "a", "b", "c", "a"} {
			if _, err := env.GetTemplate(name); err != nil {
				t.Fatal(err)
			}
		}
		if loads["a"] != c.want {
			t.Errorf("size %d: a was loaded %d times, want %d", c.size, loads["a"], c.want)
		}
	}
}

func TestNamesAndTheirOrder(t *testing.T) {
	env := newEnv(t, jinja.Options{Globals: map[string]any{"a": "global", "b": "global", "c": "global", "d": "global"}})
	tm, err := env.FromStringWith("{{ a }} {{ b }} {{ c }} {{ d }}", map[string]any{"a": "template", "b": "template", "c": "template"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := tm.Append([]byte("> "), jinja.Run{
		Vars:    map[string]any{"a": "vars"},
		Globals: func(name string) (any, bool) { return "run", name == "a" || name == "b" },
	})
	if want := "> vars run template global"; err != nil || string(got) != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	type vars struct {
		FirstName string
		Age       int `json:"years"`
	}
	if got := render(t, env, "{{ first_name }} {{ years }} {{ FirstName }}", vars{"Ann", 3}); got != "Ann 3 Ann" {
		t.Errorf("struct: %q", got)
	}
	type named map[string]any
	if got := render(t, env, "{{ x }}", named{"x": 2}); got != "2" {
		t.Errorf("named map: %q", got)
	}
	d := jinja.NewDict()
	d.SetString("x", jinja.Int(1))
	if got := render(t, env, "{{ x }}", d); got != "1" {
		t.Errorf("dict: %q", got)
	}
}

func TestOptions(t *testing.T) {
	var log []string
	for _, c := range []struct {
		name, source, want string
		o                  jinja.Options
	}{
		{"finalize", "{{ none }}|{{ x }}|{{ 1 }}|text", "|7|1|text", jinja.Options{Finalize: func(v any) any {
			if v == nil {
				return ""
			}
			return v
		}}},
		{"finalize with state", "{{ none }}{{ 'a' }}", "!!", jinja.Options{Finalize: func(st jinja.State, v any) any { return "!" }}},
		{"policies", "{{ 'abcdefgh'|truncate(7) }}", "abcd...", jinja.Options{Policies: map[string]any{"truncate.leeway": 0}}},
		{"log", "{{ nope }}", "", jinja.Options{UndefinedLog: func(m string) { log = append(log, m) }}},
		{"no optimizer", "{% set y = '<a>'|safe ~ '<b>' %}{{ y }}", "<a>&lt;b&gt;", jinja.Options{NoOptimize: true, Autoescape: jinja.Always}},
		{"join path", "{% include 'x' %}", "joined", jinja.Options{
			Loader: jinja.Map{"/x": "joined"}, JoinPath: func(name, parent string) string { return parent + "/" + name },
		}},
		{"newstyle", "{{ gettext('%(x)s', x='<') }}{% trans n=2 %}{{ n }} a{% pluralize %}{{ n }} b{% endtrans %}", "&lt;2 b", jinja.Options{
			Extensions: []jinja.Extension{jinja.ExtensionI18n}, NewstyleGettext: true, Autoescape: jinja.Always,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := newEnv(t, c.o)
			if len(c.o.Extensions) > 0 {
				env.InstallNullTranslations()
			}
			if got := render(t, env, c.source, map[string]any{"x": 7}); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	if len(log) != 1 || log[0] != "'nope' is undefined" {
		t.Errorf("log %q", log)
	}
	for _, o := range []jinja.Options{
		{BlockStart: "{{"}, {NewlineSequence: "x"}, {Extensions: []jinja.Extension{"nope"}}, {Finalize: 5},
	} {
		if _, err := jinja.New(o); err == nil || !strings.HasPrefix(err.Error(), "jinja: ") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestOverlay(t *testing.T) {
	env := newEnv(t, jinja.Options{Loader: jinja.Map{"a": "<< x >>{{ x }}{{ f() }}"}})
	if err := env.AddGlobal("f", func() string { return "f" }); err != nil {
		t.Fatal(err)
	}
	over, err := env.Overlay(func(o *jinja.Options) { o.VariableStart, o.VariableEnd = "<<", ">>" })
	if err != nil {
		t.Fatal(err)
	}
	for e, want := range map[*jinja.Environment]string{env: "<< x >>1f", over: "1{{ x }}{{ f() }}"} {
		tm, err := e.GetTemplate("a")
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := tm.RenderString(map[string]any{"x": 1}); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestFunctions(t *testing.T) {
	env := newEnv(t, jinja.Options{})
	fail := errors.New("out of paper")
	for name, f := range map[string]any{
		"double": func(n int) int { return 2 * n },
		"native": func(st jinja.State, v jinja.Value, a jinja.Args) (jinja.Value, error) {
			return jinja.Int(int64(a.Len())), nil
		},
		"here": func(st jinja.State, s string) string { v, _ := st.Resolve("a"); return s + fmt.Sprint(v.Any()) },
		"fail": func(s string) (string, error) { return "", fail },
	} {
		if err := env.AddFilter(name, f); err != nil {
			t.Fatal(err)
		}
	}
	if err := env.AddTest("big", func(n int) bool { return n > 9 }); err != nil {
		t.Fatal(err)
	}
	got := render(t, env, "{{ 4|double }} {{ 1|native(1, x=2) }} {{ 'a='|here }} {{ 10 is big }} {{ 3 is not big }}", map[string]any{"a": 5})
	if want := "8 2 a=5 True True"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	tm, err := env.FromString("{{ 'x'|fail }}")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = tm.RenderString(nil); !errors.Is(err, fail) {
		t.Errorf("error %v", err)
	}
	if err := env.AddFilter("bad", 5); err == nil {
		t.Error("a number became a filter")
	}
}

// flaky fails after some writes.
type flaky struct {
	strings.Builder
	writes int
}

func (f *flaky) Write(p []byte) (int, error) {
	if f.writes--; f.writes < 0 {
		return 0, fs.ErrClosed
	}
	return f.Builder.Write(p)
}

func TestStream(t *testing.T) {
	env := newEnv(t, jinja.Options{})
	tm, err := env.FromString("{% for i in range(5000) %}{{ i }},{% endfor %}{% set x %}{% for i in range(5000) %}{{ i }},{% endfor %}{% endset %}{{ x|length }}")
	if err != nil {
		t.Fatal(err)
	}
	want, err := tm.RenderString(nil)
	if err != nil {
		t.Fatal(err)
	}
	w := &flaky{writes: 1 << 20}
	if err := tm.Stream(w, jinja.Run{}); err != nil || w.String() != want {
		t.Errorf("%d bytes, %v, want %d", w.Len(), err, len(want))
	}
	if w := (&flaky{writes: 2}); !errors.Is(tm.Stream(w, jinja.Run{}), fs.ErrClosed) || !strings.HasPrefix(want, w.String()) || w.Len() == 0 {
		t.Errorf("a failing writer got %d bytes", w.Len())
	}
	var parts []byte
	pieces := 0
	for p, err := range tm.Generate(jinja.Run{}) {
		if err != nil {
			t.Error(err)
		}
		parts = append(parts, p...)
		pieces++
	}
	if string(parts) != want || pieces < 3 {
		t.Errorf("%d bytes in %d pieces, want %d", len(parts), pieces, len(want))
	}
	for range tm.Generate(jinja.Run{}) {
		break
	}
	if w := (&flaky{}); !errors.Is(tm.Render(w, nil), fs.ErrClosed) {
		t.Error("the error of a writer is lost")
	}
}
