package main

import (
	"fmt"
	"html"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A node is a tag or a text of a page, as a browser reads it.
type node struct {
	name  string // "input", "/form", "" for a text
	attrs map[string]string
	text  string
}

func (n node) String() string {
	if n.name == "" {
		return fmt.Sprintf("%q", n.text)
	}
	text := "<" + n.name
	for _, name := range slices.Sorted(maps.Keys(n.attrs)) {
		text += fmt.Sprintf(" %s=%q", name, n.attrs[name])
	}
	return text + ">"
}

var (
	tagPattern  = regexp.MustCompile(`<(/?[a-zA-Z][a-zA-Z0-9]*)((?:[^"'>]|"[^"]*"|'[^']*')*)>`)
	attrPattern = regexp.MustCompile(`([^\s"'=<>/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>]+)))?`)
	blanks      = regexp.MustCompile(`[ \t\r\n\f]+`)
)

// readHTML reads the tags and texts of HTML that is well-formed, as that of form fields is. Runs of white space are one
// blank, and a text of nothing else is left out; in a textarea only the first line break is.
func readHTML(t *testing.T, page string) (list []node) {
	t.Helper()
	area := false
	text := func(s string) {
		if strings.Contains(s, "<") {
			t.Errorf("a < that begins no tag: %q in %s", s, page)
		}
		s = html.UnescapeString(s)
		if area {
			s = strings.TrimPrefix(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
		} else {
			s = strings.Trim(blanks.ReplaceAllString(s, " "), " ")
		}
		if s != "" {
			list = append(list, node{text: s})
		}
	}
	at := 0
	for _, m := range tagPattern.FindAllStringSubmatchIndex(page, -1) {
		text(page[at:m[0]])
		at = m[1]
		n := node{name: strings.ToLower(page[m[2]:m[3]]), attrs: map[string]string{}}
		for _, a := range attrPattern.FindAllStringSubmatch(page[m[4]:m[5]], -1) {
			name := strings.ToLower(a[1])
			if _, twice := n.attrs[name]; twice {
				t.Errorf("the attribute %s stands twice in %s", name, page[m[0]:m[1]])
			}
			value := html.UnescapeString(a[2] + a[3] + a[4])
			if name == "class" {
				value = strings.Join(strings.Fields(value), " ")
			}
			n.attrs[name] = value
		}
		area = n.name == "textarea"
		list = append(list, n)
	}
	text(page[at:])
	return list
}

// sameHTML compares what Dewar shows with what WTForms does. Dewar's may have more attributes, those that added accepts;
// it returns the first difference, "" when there is none.
func sameHTML(t *testing.T, got, want string, added func(n node, attr string) bool) string {
	t.Helper()
	// Dewar's engine puts a token into forms that have none, and a marker says that a checkbox was on the page.
	a := slices.DeleteFunc(readHTML(t, got), func(n node) bool {
		_, own := n.attrs["id"]
		return n.attrs["type"] == "hidden" && (n.attrs["name"] == "_offered" || n.attrs["name"] == "csrf_token" && !own)
	})
	b := readHTML(t, want)
	for i := range max(len(a), len(b)) {
		switch {
		case i >= len(a):
			return fmt.Sprintf("ends before %s", b[i])
		case i >= len(b):
			return fmt.Sprintf("has %s at the end", a[i])
		}
		rest := maps.Clone(a[i].attrs)
		for name := range a[i].attrs {
			if _, there := b[i].attrs[name]; !there && added(a[i], name) {
				delete(rest, name)
			}
		}
		if a[i].name != b[i].name || a[i].text != b[i].text || !maps.Equal(rest, b[i].attrs) {
			return fmt.Sprintf("has %s, want %s", a[i], b[i])
		}
	}
	return ""
}
