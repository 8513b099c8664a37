package datastruct

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dewar-go/dewar/jinja"
)

// ETags are the validators of If-Match or If-None-Match.
type ETags struct {
	star         bool
	strong, weak []string
}

// etagItem is Werkzeug's: a tag, in quotes or not.
var etagItem = regexp.MustCompile(`^([Ww]/)?(?:"(.*?)"|(.*?))(?:\s*,\s*|$)`)

// maxETags bounds the tags that are read.
const maxETags = 64

// NewETags reads a header, which may be absent.
func NewETags(header string) *ETags {
	e := &ETags{}
	for n := 0; header != "" && n < maxETags; n++ {
		m := etagItem.FindStringSubmatch(header)
		if m == nil {
			break
		}
		tag := m[2]
		switch header = header[len(m[0]):]; {
		case m[3] == "*":
			return &ETags{star: true}
		case tag == "":
			tag = m[3]
		}
		list := &e.strong
		if m[1] != "" {
			list = &e.weak
		}
		if !slices.Contains(*list, tag) {
			*list = append(*list, tag)
		}
	}
	return e
}

// TypeName is what messages call it.
func (e *ETags) TypeName() string { return "ETags" }

// Repr is what Python prints.
func (e *ETags) Repr() string { return repr("<ETags ", jinja.String(e.String()), ">") }

// String is the header.
func (e *ETags) String() string {
	if e.star {
		return "*"
	}
	var parts []string
	for _, tag := range e.strong {
		parts = append(parts, `"`+tag+`"`)
	}
	for _, tag := range e.weak {
		parts = append(parts, `W/"`+tag+`"`)
	}
	return strings.Join(parts, ", ")
}

// Len is the number of strong tags.
func (e *ETags) Len() int { return len(e.strong) }

// Truth reports whether there is any tag.
func (e *ETags) Truth() bool { return e.star || len(e.strong)+len(e.weak) > 0 }

// Iterate goes through the strong tags.
func (e *ETags) Iterate() (jinja.Iterator, error) {
	return jinja.Iterate(jinja.NewList(texts(e.strong)...))
}

// Contains reports whether there is a strong tag.
func (e *ETags) Contains(key jinja.Value) (bool, error) {
	tag, _ := key.Str()
	return e.star || slices.Contains(e.strong, tag), nil
}

// Attr gives the methods.
func (e *ETags) Attr(name string) (jinja.Value, bool) {
	switch name {
	case "star_tag":
		return jinja.Bool(e.star), true
	case "as_set":
		return method(name, func(_ jinja.State, in []jinja.Value) (jinja.Value, error) {
			list := slices.Clone(e.strong)
			if jinja.Truth(in[0]) {
				list = append(list, e.weak...)
			}
			return jinja.NewSet(texts(list)...)
		}, optional("include_weak", jinja.False))
	case "to_header":
		return getter(name, func() jinja.Value { return jinja.String(e.String()) })
	case "contains", "contains_raw", "contains_weak", "is_strong", "is_weak":
		return method(name, func(_ jinja.State, in []jinja.Value) (jinja.Value, error) {
			tag, _ := in[0].Str()
			return jinja.Bool(e.contains(name, tag)), nil
		}, required("etag"))
	}
	return jinja.Value{}, false
}

func (e *ETags) contains(how, tag string) bool {
	strong := slices.Contains(e.strong, tag)
	weak := slices.Contains(e.weak, tag)
	switch how {
	case "is_strong":
		return strong
	case "is_weak":
		return weak
	case "contains_weak":
		return e.star || strong || weak
	case "contains_raw":
		raw, isWeak := strings.CutPrefix(strings.TrimSpace(tag), "W/")
		if !isWeak {
			raw, isWeak = strings.CutPrefix(raw, "w/")
		}
		if len(raw) > 1 && raw[0] == '"' && raw[len(raw)-1] == '"' {
			raw = raw[1 : len(raw)-1]
		}
		if isWeak {
			return e.contains("contains_weak", raw)
		}
		return e.contains("contains", raw)
	}
	return e.star || strong
}
