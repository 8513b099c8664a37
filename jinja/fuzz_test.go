package jinja_test

import (
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/dewar-go/dewar/jinja"
)

// FuzzRender renders random templates on random values: it must end without
// a panic, and a second render must give the same.
func FuzzRender(f *testing.F) {
	raw, err := os.ReadFile("testdata/language.json")
	if err != nil {
		f.Fatal(err)
	}
	var file struct{ Cases []languageCase }
	if err := json.Unmarshal(raw, &file); err != nil {
		f.Fatal(err)
	}
	for i, c := range file.Cases {
		if c.Source != nil {
			f.Add(*c.Source, `{"a": 1, "seq": [1, "<b>", null], "d": {"x": 2.5}, "s": "é<"}`, byte(i))
		}
	}
	f.Fuzz(func(t *testing.T, source, vars string, flags byte) {
		o := jinja.Options{
			Loader:     jinja.Map{"self": source, "m": "{% macro m(x=1) %}{{ x }}{% endmacro %}"},
			Extensions: []jinja.Extension{jinja.ExtensionDo, jinja.ExtensionLoopControls, jinja.ExtensionI18n, jinja.ExtensionDebug},
			Limits:     jinja.Limits{Output: 1 << 16, Iterations: 1 << 12, Recursion: 50, Work: 1 << 16},
			Undefined:  jinja.UndefinedMode(flags >> 4 & 3),
			Sandboxed:  flags&2 != 0,
			Immutable:  flags&8 != 0,
		}
		if flags&1 != 0 {
			o.Autoescape = jinja.Always
		}
		env, err := jinja.New(o)
		if err != nil {
			t.Fatal(err)
		}
		env.InstallNullTranslations()
		tm, err := env.FromString(source)
		if err != nil {
			return
		}
		var m map[string]any
		_ = json.Unmarshal([]byte(vars), &m)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		first, err1 := tm.Append(nil, jinja.Run{Vars: m, Ctx: ctx})
		if ctx.Err() != nil {
			t.Fatalf("%q takes seconds", source)
		}
		second, err2 := tm.Append(nil, jinja.Run{Vars: m})
		if (err1 == nil) != (err2 == nil) {
			t.Fatalf("%q: %v, then %v", source, err1, err2)
		}
		_, _ = first, second
	})
}
