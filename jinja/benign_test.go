package jinja_test

import (
	"encoding/json"
	"fmt"
	"html"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// benignCase is a place of a document, the way of a value to it, and what Jinja2 makes of
// it with each value, as an index of texts.
type benignCase struct {
	Kind, Way, Place string
	Templates        map[string]string
	Want             []int
}

// A harmless value that lives where Jinja2 prints it, once the document has been decoded,
// lives where outputs are escaped by their place.
func TestBenignValuesLive(t *testing.T) {
	data, err := os.ReadFile("testdata/benign.json")
	if err != nil {
		t.Fatal(err)
	}
	var corpus struct {
		Values []any
		Shown  []string
		Texts  []*string
		Cases  []benignCase
	}
	if err := json.Unmarshal(data, &corpus); err != nil {
		t.Fatal(err)
	}
	values := make([]any, len(corpus.Values))
	for i, v := range corpus.Values {
		values[i] = benignValue(v)
	}
	lives := 0
	lost := map[string]int{}
	for _, c := range corpus.Cases {
		before, behind := around(t, &c)
		tm, err := benignEnv(t, &c, jinja.Contextual).GetTemplate("page")
		if err != nil {
			t.Errorf("%s by %s: %v", c.Place, c.Way, err)
			continue
		}
		for i, x := range values {
			text := corpus.Texts[c.Want[i]]
			if text == nil || !suits(&c, corpus.Shown[i], x) || !alive(&c, middle(*text, before, behind), corpus.Shown[i]) {
				continue
			}
			lives++
			got, err := tm.RenderString(vars{"x": x, "yes": true})
			if err != nil || !alive(&c, middle(got, before, behind), corpus.Shown[i]) {
				key := fmt.Sprintf("%s of %q", c.Place, corpus.Shown[i])
				if lost[key]++; lost[key] == 1 {
					t.Errorf("%s by %s: %s, %v", key, c.Way, got, err)
				}
			}
		}
	}
	if len(corpus.Cases) < 700 || lives < 12000 {
		t.Errorf("%d contexts, %d values that live", len(corpus.Cases), lives)
	}
	t.Logf("%d contexts, %d values that live in Jinja2", len(corpus.Cases), lives)
}

func benignEnv(t *testing.T, c *benignCase, escaping jinja.Escaping) *jinja.Environment {
	env, err := jinja.New(jinja.Options{
		Loader: jinja.Map(c.Templates), Autoescape: jinja.Always, Escaping: escaping,
		Extensions: []jinja.Extension{jinja.ExtensionI18n}, NewstyleGettext: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	env.InstallNullTranslations()
	return env
}

// benignValue is a value of the corpus.
func benignValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if text, isMarkup := v["$markup"].(string); isMarkup {
			return markup.HTML(text)
		}
		if day, isDate := v["$date"].(string); isDate {
			return day // Go has no type for a day
		}
		for k, x := range v {
			v[k] = benignValue(x)
		}
	case []any:
		for i, x := range v {
			v[i] = benignValue(x)
		}
	case float64:
		if v == float64(int(v)) {
			return int(v)
		}
	}
	return v
}

// around returns what stands before the output, and behind it.
func around(t *testing.T, c *benignCase) (before, behind string) {
	const sign = "zq7"
	tm, err := benignEnv(t, c, jinja.Compat).GetTemplate("page")
	if err != nil {
		t.Fatal(err)
	}
	got, err := tm.RenderString(vars{"x": sign, "yes": true})
	parts := strings.SplitN(got, sign, 3)
	if err != nil || len(parts) < 2 {
		t.Fatalf("%s by %s: %s, %v", c.Place, c.Way, got, err)
	}
	return parts[0], parts[1]
}

// middle is what an output has written.
func middle(text, before, behind string) string {
	rest, ok := strings.CutPrefix(text, before)
	i := strings.LastIndex(rest, behind)
	if strings.HasPrefix(behind, ">a</h") {
		i = strings.Index(rest, behind)
	}
	if !ok || i < 0 {
		return "\x00" + text
	}
	return rest[:i]
}

var (
	identifier = regexp.MustCompile(`^[a-z]+$`)
	cssValue   = regexp.MustCompile(`^(#?[a-f0-9]{3}|[a-z]+|\d+(px|%)?|var\(--accent\)|rgb\(.*\))$`)
)

// suits reports whether a value means something in a place.
func suits(c *benignCase, shown string, x any) bool {
	_, isMarkup := x.(markup.HTML)
	switch {
	case c.Kind == "name":
		return identifier.MatchString(shown) || strings.Contains(c.Place, "data$") && regexp.MustCompile(`^\d+$`).MatchString(shown)
	case c.Kind == "css" && strings.Contains(c.Place, "'$'"):
		return shown[:min(1, len(shown))] != "{" && !strings.ContainsAny(shown, "\\\n") && !(isMarkup && strings.Contains(c.Place, "<style"))
	case c.Kind == "css" && strings.Contains(c.Place, "#$"):
		return shown == "fff"
	case c.Kind == "css":
		return cssValue.MatchString(shown) && (!strings.Contains(c.Place, "$px") || !strings.ContainsAny(shown, "px#%(fr"))
	case strings.Contains(c.Place, "<h$"):
		return shown == "2" && c.Way != "filter block" // refused, as in any place where only some words can stand
	case strings.Contains(c.Place, "data-$"):
		return identifier.MatchString(shown)
	case strings.Contains(c.Place, "https://$"):
		return shown == "example.com"
	case strings.Contains(c.Place, "localhost:$"):
		return shown == "8080"
	case strings.Contains(c.Place, "/static/$"):
		return !strings.ContainsAny(shown, ":\n\\")
	case c.Kind == "url":
		return shown[:min(1, len(shown))] != "{" && !strings.ContainsAny(shown, "\n\\")
	case strings.Contains(c.Place, "value=$"):
		return !strings.ContainsAny(shown, " \n")
	}
	return true
}

// alive reports whether what an output has written is the value, for who reads the
// document.
func alive(c *benignCase, written, shown string) bool {
	if strings.HasSuffix(c.Kind, "attr") || c.Kind == "html" || c.Kind == "url" || c.Kind == "css" && strings.Contains(c.Place, "style=") {
		written = html.UnescapeString(written)
	}
	switch strings.TrimSuffix(c.Kind, "attr") {
	case "html":
		if written == `""` && strings.Contains(c.Place, "=$") {
			written = ""
		}
	case "js":
		written = unescaped(written, jsEscape)
	case "css":
		written = unescaped(written, cssEscape)
	case "value":
		var v any
		if json.Unmarshal([]byte(written), &v) != nil {
			return false
		}
		if s, isText := v.(string); isText {
			written = s
		}
	}
	return written == shown || written == html.UnescapeString(shown) || written == markup.StripTags(shown)
}

var (
	jsEscape  = regexp.MustCompile(`\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)`)
	cssEscape = regexp.MustCompile(`\\([0-9a-fA-F]{1,6}) ?`)
)

// unescaped is a text without the escapes of a script or style.
func unescaped(s string, escape *regexp.Regexp) string {
	return escape.ReplaceAllStringFunc(s, func(e string) string {
		code := strings.TrimSpace(strings.TrimLeft(e[1:], "ux"))
		if n, err := strconv.ParseUint(code, 16, 32); err == nil && (len(e) > 3 || escape == cssEscape) {
			return string(rune(n))
		}
		if e == `\n` {
			return "\n"
		}
		return e[1:]
	})
}
