package dewar

import (
	"path"
	"strings"
)

// templateTypes are the endings of templates that are not HTML.
var templateTypes = map[string][]string{
	".txt":  textPlain,
	".text": textPlain,
	".md":   textPlain,
	".xml":  {"application/xml; charset=utf-8"},
	".svg":  {"image/svg+xml"},
	".css":  {"text/css; charset=utf-8"},
	".js":   {"text/javascript; charset=utf-8"},
	".json": jsonType,
	".csv":  {"text/csv; charset=utf-8"},
}

// templateType is the content type of what a template renders: HTML unless its
// name's ending is one of another kind.
func templateType(name string) []string {
	if strings.HasSuffix(name, ".html") {
		return textHTML
	}
	if t, ok := templateTypes[strings.ToLower(path.Ext(name))]; ok {
		return t
	}
	return textHTML
}

// escapesTemplate reports whether what a template prints is escaped: whenever a
// browser would take the result for a page, an XML document or a picture. Flask
// escapes by the ending alone, and a template named page.j2 becomes a page that
// is not escaped there.
func escapesTemplate(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".xml", ".svg":
		return true
	}
	return len(templateTypes[strings.ToLower(path.Ext(name))]) == 0
}
