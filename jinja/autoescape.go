package jinja

import "strings"

// SelectAutoescape returns a rule for Options.Autoescape: on for names with
// one of the extensions and for templates from strings, off for others. Flask
// uses "html", "htm", "xml", "xhtml" and "svg"; without arguments it is
// Jinja's "html", "htm", "xml".
func SelectAutoescape(extensions ...string) func(name string) bool {
	if len(extensions) == 0 {
		extensions = []string{"html", "htm", "xml"}
	}
	suffixes := make([]string, len(extensions))
	for i, x := range extensions {
		suffixes[i] = "." + strings.ToLower(strings.TrimPrefix(x, "."))
	}
	return func(name string) bool {
		if name == "" {
			return true
		}
		name = strings.ToLower(name)
		for _, s := range suffixes {
			if strings.HasSuffix(name, s) {
				return true
			}
		}
		return false
	}
}

// Always is a rule for Options.Autoescape: every template is escaped.
func Always(string) bool { return true }
