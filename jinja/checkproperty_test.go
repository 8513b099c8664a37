package jinja_test

import (
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja"
)

// What the check passes is never refused when it is rendered, whatever the values: but for
// values that would be names of elements or in scripts, and for what a template vouches
// for with safe.
func TestCheckedTemplatesNeverFailToEscape(t *testing.T) {
	ofValues := regexp.MustCompile(`names an element|is no name|marked safe`)
	const hostile = "javascript:alert(1)//\"'`><script>alert(1)</script>&#58;-->\\${"
	checked, refused := 0, 0
	run := func(env *jinja.Environment, name string, context any) {
		found, err := env.Check(jinja.CheckOptions{OpenNames: true, Templates: []string{name}})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			if f.Severity == jinja.SeverityError {
				refused++
				if f.Rule == "undecided-context" && (f.Line == 0 || f.Template == "") {
					t.Errorf("%s: a refusal without its place: %+v", name, f)
				}
				return
			}
		}
		tm, err := env.GetTemplate(name)
		if err != nil {
			t.Fatalf("%s: the check passes, but %v", name, err)
		}
		checked++
		_, err = tm.RenderString(context)
		if e := new(jinja.Error); errors.As(err, &e) && e.Class == "EscapeError" && !ofValues.MatchString(e.Message) {
			t.Errorf("%s: the check passes, but %v\n%s", name, err, tm.Source())
		}
	}
	for _, file := range []string{"apps", "sites", "found", "benign"} {
		data, err := os.ReadFile("testdata/" + file + ".json")
		if err != nil {
			t.Fatal(err)
		}
		type set struct {
			Name      string
			Source    string
			Loader    map[string]any
			Templates map[string]string
			Context   any
		}
		var sets []set
		for line := range strings.Lines(string(data)) {
			var one struct {
				Request set
				Cases   []set
			}
			if err := json.Unmarshal([]byte(line), &one); err != nil {
				t.Fatal(err)
			}
			sets = append(append(sets, one.Cases...), one.Request)
		}
		seen := map[string]bool{}
		for _, s := range sets {
			templates := jinja.Map(s.Templates)
			if templates == nil {
				templates = jinja.Map{}
			}
			for name, text := range s.Loader {
				templates[name], _ = text.(string)
			}
			if s.Templates != nil {
				s.Name, s.Context = "page", vars{"x": hostile, "yes": true}
			}
			if s.Name == "" && s.Source != "" {
				s.Name = "source"
				templates["source"] = s.Source
			}
			if seen[s.Name+templates[s.Name]] || templates[s.Name] == "" {
				continue
			}
			seen[s.Name+templates[s.Name]] = true
			env, err := jinja.New(jinja.Options{
				Loader: templates, Autoescape: jinja.Always, Undefined: jinja.Chainable, NewstyleGettext: true,
				Extensions: []jinja.Extension{jinja.ExtensionI18n, jinja.ExtensionDo, jinja.ExtensionLoopControls},
			})
			if err != nil {
				t.Fatal(err)
			}
			env.InstallNullTranslations()
			run(env, s.Name, withStrings(s.Context, hostile))
		}
	}
	if checked < 800 || refused > checked/10 {
		t.Errorf("%d templates passed the check, %d did not", checked, refused)
	}
	t.Logf("%d templates passed the check, %d did not", checked, refused)
}

// withStrings is data with another text in place of each of its texts.
func withStrings(v any, text string) any {
	switch v := v.(type) {
	case string:
		return text
	case []any:
		for i := range v {
			v[i] = withStrings(v[i], text)
		}
	case map[string]any:
		for k := range v {
			if strings.HasPrefix(k, "$") {
				return text
			}
			v[k] = withStrings(v[k], text)
		}
	}
	return v
}
