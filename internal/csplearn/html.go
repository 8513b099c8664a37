package csplearn

import (
	"html"
	"iter"
	"strings"
)

// An element is a start tag of a page, and for the elements whose content is
// no markup their text.
type element struct {
	name  string
	attrs map[string]string
	text  string
}

// rawText are the elements between whose tags a browser that runs scripts sees
// no tags.
var rawText = map[string]bool{
	"script": true, "style": true, "textarea": true, "title": true, "xmp": true,
	"iframe": true, "noembed": true, "noframes": true, "noscript": true,
}

// elements finds the start tags of a page as the HTML standard's tokenizer does.
// Each byte is looked at a fixed number of times.
func elements(page string) iter.Seq[element] {
	return func(yield func(element) bool) {
		for {
			i := strings.IndexByte(page, '<')
			if i < 0 {
				return
			}
			page = page[i+1:]
			if strings.HasPrefix(page, "!--") {
				end := strings.Index(page[1:], "-->")
				if end < 0 {
					return
				}
				page = page[1+end:]
				continue
			}
			if page == "" || !isLetter(page[0]) {
				continue
			}
			var e element
			if e, page = startTag(page); rawText[e.name] {
				e.text, page = untilEndTag(page, e.name)
			}
			if !yield(e) {
				return
			}
		}
	}
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

const space = " \t\n\f\r"

// startTag reads a tag's name and attributes, and returns what follows it.
func startTag(s string) (e element, rest string) {
	e.name, s = until(s, space+"/>")
	e.name = strings.ToLower(e.name)
	for {
		s = strings.TrimLeft(s, space+"/")
		if s == "" {
			return e, ""
		}
		if s[0] == '>' {
			return e, s[1:]
		}
		// An equals sign may begin a name.
		name, value := s[:1], ""
		tail, s2 := until(s[1:], space+"/>=")
		name, s = strings.ToLower(name+tail), strings.TrimLeft(s2, space)
		if strings.HasPrefix(s, "=") {
			s = strings.TrimLeft(s[1:], space)
			switch {
			case s != "" && (s[0] == '"' || s[0] == '\''):
				value, s, _ = strings.Cut(s[1:], s[:1])
			default:
				value, s = until(s, space+">")
			}
		}
		if _, twice := e.attrs[name]; !twice {
			if e.attrs == nil {
				e.attrs = map[string]string{}
			}
			e.attrs[name] = newlines(html.UnescapeString(value))
		}
	}
}

func until(s, any string) (before, rest string) {
	i := strings.IndexAny(s, any)
	if i < 0 {
		i = len(s)
	}
	return s[:i], s[i:]
}

// untilEndTag splits before the end tag of the name.
func untilEndTag(s, name string) (text, rest string) {
	for i := 0; ; i += 2 {
		next := strings.Index(s[i:], "</")
		if next < 0 {
			return newlines(s), ""
		}
		i += next
		tail := s[i+2:]
		if len(tail) > len(name) && strings.EqualFold(tail[:len(name)], name) && strings.IndexByte(space+"/>", tail[len(name)]) >= 0 {
			return newlines(s[:i]), s[i:]
		}
	}
}

// newlines are what a browser makes of those of a page before it hashes a text.
func newlines(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}
