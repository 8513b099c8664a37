package builtin_test

import (
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja/internal/builtin"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

func dict(pairs ...value.Value) value.Value {
	d := value.NewDict()
	for i := 0; i < len(pairs); i += 2 {
		if err := d.Set(pairs[i], pairs[i+1]); err != nil {
			panic(err)
		}
	}
	return d.Value()
}

func TestXMLAttrRefusesKeys_CVE_2024_22195_CVE_2024_34064(t *testing.T) {
	for _, key := range []string{"a onclick=alert(1)//", "a\tb", "a\nb", "a\rb", "a\fb", "a\vb", "a/b", "a>b", "a=b", " "} {
		_, err := builtin.Filters["xmlattr"](&state{autoescape: true}, dict(value.String(key), value.Int(1)), value.Args{})
		if err == nil || !strings.HasPrefix(err.Error(), "ValueError: Invalid character in attribute name: ") {
			t.Errorf("key %q: %v", key, err)
		}
	}
}

func TestXMLAttrEscapesValues(t *testing.T) {
	v, err := builtin.Filters["xmlattr"](&state{autoescape: true}, dict(value.String("t"), value.String(`"><script>`)), value.Args{})
	if err != nil {
		t.Fatal(err)
	}
	if s, _ := v.Str(); s != ` t="&#34;&gt;&lt;script&gt;"` || !v.IsSafe() {
		t.Errorf("got %q, Markup %v", s, v.IsSafe())
	}
}

// Words that made the regular expressions of Jinja 2.11.2 backtrack. The work
// is counted, not timed: a quadratic loop over these would not end.
func TestUrlizeIsLinear_CVE_2020_28493(t *testing.T) {
	const n = 1 << 21
	for name, word := range map[string]string{
		"dots":         "abc@foo.bar" + strings.Repeat(".", n) + "x",
		"closing":      "http://a.b/" + strings.Repeat(")", n) + "x",
		"opening":      strings.Repeat("(", n) + "http://a.b",
		"balanced":     strings.Repeat("(", n/2) + "http://a.b/" + strings.Repeat("(", n/2) + strings.Repeat(")", n/2),
		"entities":     strings.Repeat("<", n/4) + "x" + strings.Repeat(">", n/4),
		"labels":       "http://" + strings.Repeat("a.", n) + "!",
		"long label":   strings.Repeat("a", n) + ".com",
		"at signs":     strings.Repeat("@", n) + "a.b",
		"IPv6":         "http://[" + strings.Repeat("1:", n) + "]",
		"spaces":       strings.Repeat(" ", n),
		"many words":   strings.Repeat("www.a.b ", n/8),
		"percent":      "http://" + strings.Repeat("%", n),
		"mail address": "mailto:" + strings.Repeat("a", n) + "@" + strings.Repeat("b", n),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := builtin.Filters["urlize"](&state{autoescape: true}, value.String(word), value.Args{}); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// A long word is broken without looking at all of it for every line.
func TestWordwrapIsLinear(t *testing.T) {
	for name, text := range map[string]string{
		"one word":    strings.Repeat("a", 1<<20),
		"other word":  strings.Repeat("é", 1<<20),
		"spaces":      strings.Repeat(" ", 1<<20),
		"hyphens":     strings.Repeat("-", 1<<20),
		"hyphenated":  strings.Repeat("ab-", 1<<19),
		"short words": strings.Repeat("a ", 1<<19),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := builtin.Filters["wordwrap"](&state{}, value.String(text), value.Args{Pos: []value.Value{value.Int(2)}}); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// What urlize makes out of plain text contains no markup but its own links.
func FuzzUrlizeEscapes(f *testing.F) {
	for _, s := range []string{"http://a.com/\"><script>", "<http://x.org>", "www.x.org'onclick=", "a@b.c<b>", "&lt;http://x.com&gt;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := builtin.Filters["urlize"](&state{autoescape: true}, value.String(s), value.Args{})
		if err != nil {
			t.Fatal(err)
		}
		out, _ := v.Str()
		for rest := out; ; {
			i := strings.IndexAny(rest, `<>"'`)
			if i < 0 {
				break
			}
			rest = rest[i:]
			switch {
			case strings.HasPrefix(rest, "</a>"):
				rest = rest[len("</a>"):]
			case strings.HasPrefix(rest, `<a href="`):
				rest = rest[len(`<a href="`):]
				end := strings.Index(rest, `">`)
				if end < 0 {
					t.Fatalf("%q: open tag in %q", s, out)
				}
				tag := strings.Replace(rest[:end], `" rel="noopener`, "", 1)
				if strings.ContainsAny(tag, `<>"'`) {
					t.Fatalf("%q: attribute breaks out in %q", s, out)
				}
				rest = rest[end+2:]
			default:
				t.Fatalf("%q: markup in %q", s, out)
			}
		}
	})
}

// tojson is safe in a script, whatever the strings.
func FuzzToJSON(f *testing.F) {
	for _, s := range []string{"</script>", "<!--", "a'b", "\u2028", "\xff", "🐍"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := builtin.Filters["tojson"](&state{}, dict(value.String(s), value.String(s)), value.Args{})
		if err != nil {
			t.Fatal(err)
		}
		out, _ := v.Str()
		for i := range len(out) {
			if strings.IndexByte("<>&'", out[i]) >= 0 || out[i] < ' ' || out[i] > '~' {
				t.Fatalf("%q: byte %q in %q", s, out[i], out)
			}
		}
	})
}

func TestLimitsAreAsked(t *testing.T) {
	huge := value.Int(1 << 40)
	big := value.NewRange(0, 1<<40, 1)
	for _, c := range []struct {
		name, filter string
		v            value.Value
		args         []value.Value
	}{
		{"center", "center", value.String("x"), []value.Value{huge}},
		{"indent", "indent", value.String("x\ny"), []value.Value{huge}},
		{"list", "list", big, nil},
		{"sort", "sort", big, nil},
		{"batch fill", "batch", value.NewList([]value.Value{value.Int(1)}), []value.Value{huge, value.String("x")}},
		{"slice", "slice", big, []value.Value{value.Int(2)}},
		{"replace", "replace", value.String(strings.Repeat("a", 1000)), []value.Value{value.String("a"), value.String(strings.Repeat("b", 1000))}},
		{"sum", "sum", big, nil},
		{"join", "join", big, nil},
		{"max", "max", big, nil},
		{"select", "select", big, []value.Value{value.String("string")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			st := &state{limited: true, budget: 100_000}
			v, err := builtin.Filters[c.filter](st, c.v, value.Args{Pos: c.args})
			if err == nil && v.Kind() == value.KindIterator {
				_, err = value.Collect(v)
			}
			if err == nil || !strings.HasPrefix(err.Error(), "LimitError") {
				t.Errorf("error %v", err)
			}
		})
	}
}

// refusing is an environment that keeps a method from templates.
type refusing struct{ state }

func (r *refusing) Attr(v value.Value, name string) value.Value {
	if name == "format" {
		return r.Undefined(value.Undef{Hint: "access to attribute 'format' is unsafe.", Class: "SecurityError"})
	}
	return r.state.Attr(v, name)
}

func (r *refusing) Item(v, key value.Value) (value.Value, error) {
	if name, ok := key.Str(); ok {
		return r.Attr(v, name), nil
	}
	return r.state.Item(v, key)
}

// The filters that look attributes up leave what is allowed to the environment.
func TestAttributesAreAskedOfTheEnvironment_CVE_2025_27516(t *testing.T) {
	text := value.String("{0.__class__}")
	name := value.String("format")
	for filter, call := range map[string]struct {
		v value.Value
		a value.Args
	}{
		"attr":    {text, value.Args{Pos: []value.Value{name}}},
		"map":     {value.NewList([]value.Value{text}), value.Args{Kw: []value.Kw{{Name: "attribute", Value: name}}}},
		"groupby": {value.NewList([]value.Value{text}), value.Args{Pos: []value.Value{name}}},
	} {
		v, err := builtin.Filters[filter](&refusing{}, call.v, call.a)
		if err == nil && v.Kind() != value.KindUndefined {
			var list []value.Value
			list, err = value.Collect(v)
			v = list[0]
			if pair, e := value.Collect(v); e == nil && len(pair) == 2 {
				v = pair[0]
			}
		}
		if err != nil {
			t.Errorf("%s: %v", filter, err)
			continue
		}
		if u, ok := v.Undefined(); !ok || u.Class != "SecurityError" {
			t.Errorf("%s: got %v", filter, v.Any())
		}
	}
}
