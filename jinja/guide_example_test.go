package jinja_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing/fstest"
	"time"

	"github.com/dewar-go/dewar/jinja"
)

// Templates from a folder, or an embed.FS, below a name of their own, before
// those that the program brings along.
func ExampleLoader() {
	theme := fstest.MapFS{"mail/welcome.txt": {Data: []byte("Welcome to the {{ shop }}!")}}
	env, err := jinja.New(jinja.Options{Loader: jinja.Choice{
		jinja.FS(theme),
		jinja.Prefix{"plugin": jinja.Map{"page.txt": "A plugin's page."}},
		jinja.LoaderFunc(func(name string) (jinja.Source, error) {
			if !strings.HasPrefix(name, "db:") {
				return jinja.Source{}, fs.ErrNotExist
			}
			return jinja.Source{Text: "Row " + name[3:] + "."}, nil
		}),
	}})
	if err != nil {
		panic(err)
	}
	for _, name := range []string{"mail/welcome.txt", "plugin/page.txt", "db:7", "none"} {
		t, err := env.GetTemplate(name)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(t.RenderString(map[string]any{"shop": "shop"}))
	}
	// Output:
	// Welcome to the shop! <nil>
	// A plugin's page. <nil>
	// Row 7. <nil>
	// jinja: TemplateNotFound: none
}

// A test is a Go function too. Its result is taken for its truth.
func ExampleEnvironment_AddTest() {
	env, _ := jinja.New(jinja.Options{})
	env.AddTest("published", func(p Post) bool { return !p.CreatedAt.IsZero() })
	t, err := env.FromString("{{ posts|select('published')|list|length }} of {{ posts|length }}{% if posts[1] is not published %}, one draft{% endif %}")
	if err != nil {
		panic(err)
	}
	fmt.Println(t.RenderString(map[string]any{"posts": []Post{{CreatedAt: time.Unix(1, 0)}, {Title: "Draft"}}}))
	// Output: 1 of 2, one draft <nil>
}

// Messages are looked up with Go functions, over whatever holds a catalogue.
// dewar extract collects them from templates.
func ExampleEnvironment_InstallTranslations() {
	env, _ := jinja.New(jinja.Options{Extensions: []jinja.Extension{jinja.ExtensionI18n}, NewstyleGettext: true, Autoescape: jinja.Always})
	german := map[string]string{"Hello %(name)s!": "Hallo %(name)s!", "%(num)s files": "%(num)s Dateien"}
	env.InstallTranslations(jinja.Translations{
		Gettext: func(st jinja.State, message string) (string, error) {
			if text, ok := german[message]; ok && st.Data() == "de" { // the request's language
				return text, nil
			}
			return message, nil
		},
		Ngettext: func(_ jinja.State, _, plural string, _ jinja.Value) (string, error) { return german[plural], nil },
	})
	t, err := env.FromString("{% trans name=user %}Hello {{ name }}!{% endtrans %} {{ ngettext('%(num)s file', '%(num)s files', 3) }}")
	if err != nil {
		panic(err)
	}
	out, err := t.Append(nil, jinja.Run{Vars: map[string]any{"user": "<Ada>"}, Data: "de"})
	fmt.Println(string(out), err)
	// Output: Hallo &lt;Ada&gt;! 3 Dateien <nil>
}

// A template of strangers sees plain data, cannot change it, and ends.
func ExampleLimits() {
	env, _ := jinja.New(jinja.Options{
		Sandboxed: true, Immutable: true,
		Limits: jinja.Limits{Output: 1 << 20, Iterations: 100_000, Recursion: 50, Work: 1 << 20},
	})
	for _, source := range []string{
		"{{ user.__class__ }}{{ ''.__class__.__mro__ }}",
		"{{ tags.append('x') }}",
		"{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
		"{{ 'x' * 10 ** 9 }}",
	} {
		t, err := env.FromString(source)
		if err == nil {
			_, err = t.RenderString(map[string]any{"user": map[string]any{"name": "Ann"}, "tags": jinja.NewList()})
		}
		fmt.Println(err)
	}
	// Output:
	// jinja: <template>:1: SecurityError: access to attribute '__class__' of 'str' object is unsafe.
	// jinja: <template>:1: SecurityError: access to attribute 'append' of 'list' object is unsafe.
	// jinja: <template>:1: TemplateRuntimeError: the template runs more loop iterations than the environment allows
	// jinja: <template>:1: TemplateRuntimeError: the template makes larger values than the environment allows
}

// A page that is long, or slow to make, goes out in pieces. What went out is
// not taken back by a later error.
func ExampleTemplate_Stream() {
	env, _ := jinja.New(jinja.Options{})
	t, err := env.FromString("{% for row in rows() %}{{ row }}\n{% endfor %}")
	if err != nil {
		panic(err)
	}
	rows := func() func(yield func(int) bool) { // read from a database, say
		return func(yield func(int) bool) {
			for i := 1; i <= 3 && yield(i*i); i++ {
			}
		}
	}
	fmt.Println(t.Stream(os.Stdout, jinja.Run{Vars: map[string]any{"rows": rows}}))
	// Output:
	// 1
	// 4
	// 9
	// <nil>
}

// With Options.Native a template makes a value instead of text.
func ExampleTemplate_Native() {
	env, _ := jinja.New(jinja.Options{Native: true})
	for _, source := range []string{"{{ ports|map('int')|list }}", "{{ a + b }}", "{{ a }}{{ b }}", "[{{ a }}, {{ b }}]"} {
		t, err := env.FromString(source)
		if err != nil {
			panic(err)
		}
		v, err := t.Native(map[string]any{"ports": []string{"80", "443"}, "a": 1, "b": 2})
		if err != nil {
			panic(err)
		}
		text, err := json.Marshal(v)
		fmt.Println(v.Kind(), string(text), err)
	}
	// Output:
	// list [80,443] <nil>
	// int 3 <nil>
	// int 12 <nil>
	// list [1,2] <nil>
}

// An ordered mapping keeps its order where a Go map is sorted.
func ExampleDict() {
	env, _ := jinja.New(jinja.Options{})
	d := jinja.NewDict()
	if err := d.UnmarshalJSON([]byte(`{"zebra": 1, "ant": 2.0}`)); err != nil {
		panic(err)
	}
	d.SetString("bee", jinja.ValueOf(3))
	t, err := env.FromString("{{ d }} {{ m }}")
	if err != nil {
		panic(err)
	}
	fmt.Println(t.RenderString(map[string]any{"d": d, "m": map[string]int{"zebra": 1, "ant": 2}}))
	// Output: {'zebra': 1, 'ant': 2.0, 'bee': 3} {'ant': 2, 'zebra': 1} <nil>
}
