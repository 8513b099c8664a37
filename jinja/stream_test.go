package jinja

import (
	"strings"
	"testing"

	"github.com/dewar-go/dewar/markup"
)

// TestStreamedAddresses says that what is streamed is what is rendered, wherever its pieces end: the escapers look at
// what stands before an output, so that outputs that are empty, or white space, do not make the next one a host.
func TestStreamedAddresses(t *testing.T) {
	for source, want := range map[string]string{
		`<a href="/{{ e }}/{{ h }}">`:                          `<a href="/./evil.com">`,
		`<a href="/{{ e }}/u{{ h }}">`:                         `<a href="/./uevil.com">`,
		`<a href="/{{ e|trim }}/{{ h }}">`:                     `<a href="/./evil.com">`,
		`<a href="{{ e }}/{{ e }}/{{ h }}">`:                   `<a href="/./evil.com">`,
		`<a href="/{{ e }}/{{ e }}/{{ h }}">`:                  `<a href="/.//evil.com">`,
		`<a href="/{{ e }}/{{ e }}/{{ e }}/{{ h }}/{{ h }}">`:  `<a href="/.///evil.com/evil.com">`,
		`<a href="/{{ w }}/{{ h }}">`:                          "<a href=\"/\t./evil.com\">",
		`<a href="/{{ w }}{{ w }}{{ s }}{{ h }}">`:             "<a href=\"/\t\t%2Fevil.com\">",
		`<a href="&#47;{{ e }}&#47;{{ h }}">`:                  `<a href="&#47;.&#47;evil.com">`,
		`<a href=/{{ w }}/{{ h }}>`:                            `<a href=/&#9;./evil.com>`,
		`<a href=/{{ w }}{{ e }}/{{ w }}/{{ h }}>`:             `<a href=/&#9;./&#9;/evil.com>`,
		`<a href=/x/{{ w }}/{{ h }}>`:                          `<a href=/x/&#9;/evil.com>`,
		`<a href='/{{ e }}/{{ e }}/{{ h }}'>`:                  `<a href='/.//evil.com'>`,
		`<a href="/x{{ e }}/{{ e }}/{{ h }}">`:                 `<a href="/x//evil.com">`,
		`<a href="/{{ e }}/{% if h %}{{ h }}{% endif %}">`:     `<a href="/./evil.com">`,
		`<a href="https:/{{ e }}/{{ h }}">`:                    `<a href="https:/zZDewarZz.invalid/evil.com">`,
		`<script>x = {{ n }} - {{ n }} -{{ n }}</script>`:      `<script>x = -1 - -1 - -1</script>`,
		`<input value={{ e }}>`:                                `<input value="">`,
		`{% for x in [1, 2] %}<i title={{ e }} >{% endfor %}-`: `<i title="" ><i title="" >-`,
	} {
		tmpl, err := newEnv(t, Options{Autoescape: func(string) bool { return true }}).FromString("{{ pad }}" + source)
		if err != nil {
			t.Fatal(err)
		}
		for pad := 4000; pad < 4110; pad++ {
			before := strings.Repeat("x", pad)
			vars := map[string]any{"pad": before, "e": "", "w": "\t", "s": "/", "h": "evil.com", "n": -1}
			got, err := tmpl.RenderString(vars)
			if err != nil || got != before+want {
				t.Fatalf("%s: rendered %q, %v, want %q", source, strings.TrimLeft(got, "x"), err, want)
			}
			var b strings.Builder
			if err := tmpl.Stream(&b, Run{Vars: vars}); err != nil || b.String() != got {
				t.Fatalf("%s behind %d bytes: streamed %q, %v, want %q", source, pad, strings.TrimLeft(b.String(), "x"), err, want)
			}
		}
	}
}

// TestStreamedForm says that a form on the site gets its field wherever a piece ends.
func TestStreamedForm(t *testing.T) {
	options := Options{Autoescape: func(string) bool { return true }, FormField: func(State) (markup.HTML, error) { return "[token]", nil }}
	tmpl, err := newEnv(t, options).FromString(`{{ pad }}<form method="post" action="{{ a }}" id="{{ i }}">`)
	if err != nil {
		t.Fatal(err)
	}
	for a, token := range map[string]string{"/here": "[token]", "https://else.where/": ""} {
		for pad := 4000; pad < 4110; pad++ {
			before := strings.Repeat("x", pad)
			want := before + `<form method="post" action="` + a + `" id="i">` + token
			var b strings.Builder
			if err := tmpl.Stream(&b, Run{Vars: map[string]any{"pad": before, "a": a, "i": "i"}}); err != nil || b.String() != want {
				t.Fatalf("behind %d bytes: %q, %v, want %q", pad, strings.TrimLeft(b.String(), "x"), err, strings.TrimLeft(want, "x"))
			}
		}
	}
}
