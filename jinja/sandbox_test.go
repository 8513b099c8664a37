package jinja_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja"
)

func sandbox(t *testing.T, l jinja.Limits) *jinja.Environment {
	t.Helper()
	env, err := jinja.New(jinja.Options{Sandboxed: true, Limits: l, Loader: jinja.Map{
		"self":                       "{% include 'self' %}",
		"parent":                     "{% extends 'parent' %}",
		"a":                          "{% import 'b' as b %}",
		"b":                          "{% import 'a' as a %}",
		"{{ x }}\" + os.exit() + \"": "{% from 'b2' import nope %}{{ nope() }}",
		"b2":                         "",
	}})
	if err != nil {
		t.Fatal(err)
	}
	return env
}

// wantClass renders source and checks the class and part of the message of
// its error.
func wantClass(t *testing.T, env *jinja.Environment, source string, vars any, class, text string) {
	t.Helper()
	tm, err := env.FromString(source)
	var out string
	if err == nil {
		out, err = tm.RenderString(vars)
	}
	var e *jinja.Error
	if !errors.As(err, &e) {
		t.Errorf("%s: output %.80q, error %v; want %s", source, out, err, class)
		return
	}
	if e.Class != class || !strings.Contains(e.Message, text) {
		t.Errorf("%s: %s: %s; want %s: …%s…", source, e.Class, e.Message, class, text)
	}
}

// CVE-2016-10745: str.format reached attributes past the sandbox.
func TestCVE_2016_10745_FormatInSandbox(t *testing.T) {
	env := sandbox(t, jinja.Limits{})
	for _, source := range []string{
		`{{ "{0.__class__}".format(1) }}`, `{{ "{x.__class__}".format(x=1) }}`, `{{ ("{0.__class__}"|safe).format(1) }}`,
		`{{ "{0[__class__]}".format(d) }}`, `{{ "{:{0.__class__}}".format(1) }}`,
	} {
		tm, err := env.FromString(source)
		if err != nil {
			t.Fatal(err)
		}
		out, err := tm.RenderString(map[string]any{"d": map[string]any{}})
		if err == nil && strings.Contains(out, "class") {
			t.Errorf("%s: %q", source, out)
		}
	}
	wantClass(t, env, `{{ "{0.__class__.mro}".format(1) }}`, nil, "SecurityError", "access to attribute '__class__' of 'int' object is unsafe.")
}

// CVE-2019-10906: str.format_map was left out of that.
func TestCVE_2019_10906_FormatMapInSandbox(t *testing.T) {
	env := sandbox(t, jinja.Limits{})
	wantClass(t, env, `{{ "{x.__class__.mro}".format_map({"x": 1}) }}`, nil, "SecurityError", "'__class__'")
	wantClass(t, env, `{{ ("{x.__class__.mro}"|safe).format_map({"x": 1}) }}`, nil, "SecurityError", "'__class__'")
}

// CVE-2024-56326: a reference to format that was stored and called by a filter
// or macro was not watched.
func TestCVE_2024_56326_StoredFormat(t *testing.T) {
	env := sandbox(t, jinja.Limits{})
	wantClass(t, env, `{% set f = "{0.__class__.mro}".format %}{{ f(1) }}`, nil, "SecurityError", "'__class__'")
	wantClass(t, env, `{% macro m(f) %}{{ f(1) }}{% endmacro %}{{ m("{0.__class__.mro}".format) }}`, nil, "SecurityError", "'__class__'")
	wantClass(t, env, `{% set ns = namespace(f="{0.__class__.mro}".format) %}{{ ns.f(1) }}`, nil, "SecurityError", "'__class__'")
}

// CVE-2025-27516: the filter attr went past the check of format.
func TestCVE_2025_27516_FormatThroughAttr(t *testing.T) {
	env := sandbox(t, jinja.Limits{})
	wantClass(t, env, `{{ ("{0.__class__.mro}"|attr("format"))(1) }}`, nil, "SecurityError", "'__class__'")
	wantClass(t, env, `{{ ("x"|attr("__class__")).mro() }}`, nil, "SecurityError", "'__class__'")
}

// CVE-2024-56201: a template's name became part of generated code. Here no code
// is generated; the name is data in every message.
func TestCVE_2024_56201_TemplateNameIsData(t *testing.T) {
	env := sandbox(t, jinja.Limits{})
	tm, err := env.GetTemplate("{{ x }}\" + os.exit() + \"")
	if err != nil {
		t.Fatal(err)
	}
	_, err = tm.RenderString(nil)
	var e *jinja.Error
	if !errors.As(err, &e) || e.Class != "UndefinedError" ||
		e.Message != `the template 'b2' (imported on line 1 in '{{ x }}" + os.exit() + "') does not export the requested name 'nope'` {
		t.Errorf("%v", err)
	}
}

func TestSandboxedGoMethods(t *testing.T) {
	env := sandbox(t, jinja.Limits{})
	wantClass(t, env, "{{ f() }}", map[string]any{"f": jinja.NewFunction(&jinja.Function{Name: "f", Unsafe: true})}, "SecurityError", "is not safely callable")
	wantClass(t, env, "{{ x.__class__.__mro__ }}", map[string]any{"x": struct{ A int }{1}}, "SecurityError", "unsafe")
}

func TestLimits(t *testing.T) {
	for _, c := range []struct {
		name, source, class, text string
		limits                    jinja.Limits
	}{
		{"output", "{% for i in range(90000) %}xxxxxxxxxx{% endfor %}", "TemplateRuntimeError", "writes more", jinja.Limits{Output: 1 << 16}},
		{"captured output", "{% set x %}{% for i in range(90000) %}xxxxxxxxxx{% endfor %}{% endset %}", "TemplateRuntimeError", "writes more", jinja.Limits{Output: 1 << 16}},
		{"one large output", "{{ 'x' * 100000 }}", "TemplateRuntimeError", "writes more", jinja.Limits{Output: 1 << 16}},
		{"iterations", "{% for i in range(90000) %}{% for i in range(90000) %}{% endfor %}{% endfor %}", "TemplateRuntimeError", "iterations", jinja.Limits{Iterations: 1 << 20}},
		{"repetition", "{{ 'x' * 1000000000 }}", "TemplateRuntimeError", "larger", jinja.Limits{Work: 1 << 20}},
		{"list repetition", "{{ [0] * 1000000000 }}", "TemplateRuntimeError", "larger", jinja.Limits{Work: 1 << 20}},
		{"doubling", "{% set ns = namespace(s='x') %}{% for i in range(64) %}{% set ns.s = ns.s + ns.s %}{% endfor %}", "TemplateRuntimeError", "larger", jinja.Limits{Work: 1 << 20}},
		{"joining", "{% set ns = namespace(s='x') %}{% for i in range(64) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}", "TemplateRuntimeError", "larger", jinja.Limits{Work: 1 << 20}},
		{"joining with a long text", "{{ x|join('y' * 100000) }}", "TemplateRuntimeError", "larger", jinja.Limits{Work: 1 << 20}},
		{"a list of lists", "{{ x|batch(1)|sum(start=[])|sum(start=[]) }}{{ ([x|list] * 1000)|sum(start=[])|length }}", "TemplateRuntimeError", "larger", jinja.Limits{Work: 1 << 20}},
		{"wrapping with a long text", "{{ x|wordwrap(1, wrapstring='y' * 10000)|length }}", "TemplateRuntimeError", "larger", jinja.Limits{Work: 1 << 20}},
		{"attributes", "{{ dict.fromkeys(range(1000)|map('string'), 'x' * 100000)|xmlattr|length }}", "TemplateRuntimeError", "larger", jinja.Limits{Work: 1 << 20}},
		{"width", "{{ '%1000000000d' % 1 }}", "", "", jinja.Limits{Work: 1 << 20}},
		{"range", "{{ range(100001) }}", "OverflowError", "Range too big", jinja.Limits{}},
		{"integers", "{{ 9 ** (9 ** (9 ** 9)) }}", "", "", jinja.Limits{}},
		{"macro recursion", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "RecursionError", "", jinja.Limits{}},
		{"loop recursion", "{% for x in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}", "RecursionError", "", jinja.Limits{}},
		{"block recursion", "{% block b %}{{ self.b() }}{% endblock %}", "RecursionError", "", jinja.Limits{}},
		{"caller recursion", "{% macro m() %}{% call m() %}{{ caller }}{% endcall %}{% endmacro %}{{ m() }}", "RecursionError", "", jinja.Limits{}},
		{"include cycle", "{% include 'self' %}", "RecursionError", "", jinja.Limits{}},
		{"extends cycle", "{% extends 'parent' %}", "RecursionError", "", jinja.Limits{}},
		{"import cycle", "{% import 'a' as a %}", "RecursionError", "", jinja.Limits{Recursion: 100}},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := sandbox(t, c.limits)
			if c.class != "" {
				wantClass(t, env, c.source, map[string]any{"x": strings.Repeat("x", 100000)}, c.class, c.text)
				return
			}
			tm, err := env.FromString(c.source)
			if err == nil {
				_, err = tm.RenderString(nil)
			}
			if err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestContextEndsTheRender(t *testing.T) {
	env := sandbox(t, jinja.Limits{})
	tm, err := env.FromString("{% for i in range(100000) %}{% for i in range(100000) %}{% endfor %}{% endfor %}")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := tm.Append(nil, jinja.Run{Ctx: ctx}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// What a template computes from constants is computed when it is compiled, but
// not when it is large: that waits for the render and its limits.
func TestCompilingComputesNothingLarge(t *testing.T) {
	env := sandbox(t, jinja.Limits{})
	for _, source := range []string{
		"{{ ([[1] * 1000] * 1000)|sum(start=[])|length }}", "{{ ('x' * 100000)|join('y' * 100000) }}", "{{ ('x' * 100000)|wordwrap(1, wrapstring='y' * 100000) }}",
		"{{ [1]|slice(10 ** 9)|list|length }}", "{{ 'x' * 16000000 ~ 'x' * 16000000 }}",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := env.FromString(source); err != nil {
			t.Errorf("%s: %v", source, err)
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20 {
			t.Errorf("%s: compiling it takes %d MB", source, n>>20)
		}
	}
}

// A top level that assigns many names takes time in proportion to them.
func TestManyNames(t *testing.T) {
	var b strings.Builder
	const n = 60000
	for i := range n {
		fmt.Fprintf(&b, "{%% set n%d = %d %%}", i, i)
	}
	b.WriteString("{% set n7 = 'x' %}{% macro m() %}{{ n7 }}{{ n59999 }}{% endmacro %}{% include 'names' %}{{ m() }}")
	env, err := jinja.New(jinja.Options{Loader: jinja.Map{"names": "{{ n31 }},{{ n32 }},{{ n40000 }}\n", "many": b.String(), "import": "{% import 'many' as m %}{{ m.n7 }}{{ m.n33 }}{{ m.n59999 }}"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"many": "31,32,40000x59999", "import": "x3359999"} {
		tm, err := env.GetTemplate(name)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second uses what the first has left
			if out, err := tm.RenderString(nil); err != nil || out != want {
				t.Errorf("%s: %q, %v", name, out, err)
			}
		}
	}
}
