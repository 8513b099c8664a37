package jinja

import "strings"

// SelectAutoescape returns a function for Options.Autoescape. It is on for templates whose names have one of the
// extensions and for templates from strings, and off for others. Flask uses "html", "htm", "xml", "xhtml" and "svg".
// Default: Jinja's "html", "htm" and "xml".
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

// Always is a function for Options.Autoescape. It escapes every template.
func Always(string) bool { return true }
