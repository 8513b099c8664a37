package forms

import (
	"strings"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// Attrs are the attributes of an element, as a [Widget] gets them: what a template's call and render_kw say. The zero
// Attrs is empty.
type Attrs struct{ list []attr } // in the order of the keys

type attr struct {
	key, value string
	state      attrState
}

type attrState uint8

const (
	attrText attrState = iota
	attrSafe           // HTML
	attrBare           // without a value: true
	attrOff            // not written: false
)

// Set sets an attribute. true is one without a value, false one that is not written; any other value is its text. A key
// that could end the tag is left out.
func (a *Attrs) Set(key string, value any) {
	switch v := value.(type) {
	case bool:
		a.setNamed(boolAttr(key, v))
	case string:
		a.setNamed(attr{key: key, value: v})
	case markup.HTML:
		a.setNamed(attr{key, string(v), attrSafe})
	default:
		a.setNamed(attr{key: key, value: pythonText(v)})
	}
}

// SetDefault is Set for an attribute that is not there yet.
func (a *Attrs) SetDefault(key string, value any) {
	if !a.Has(key) {
		a.Set(key, value)
	}
}

// Has reports whether an attribute is set, be it to false.
func (a *Attrs) Has(key string) bool {
	_, found := a.place(key)
	return found
}

// place finds the index of an attribute in the list, or the one that it would have.
func (a *Attrs) place(key string) (i int, found bool) {
	for i = len(a.list); i > 0 && a.list[i-1].key >= key; i-- {
		if a.list[i-1].key == key {
			return i - 1, true
		}
	}
	return i, false
}

func boolAttr(key string, on bool) attr {
	if on {
		return attr{key: key, state: attrBare}
	}
	return attr{key: key, state: attrOff}
}

func (a *Attrs) set(x attr) {
	if i, found := a.place(x.key); found {
		a.list[i] = x
	} else {
		a.insert(i, x)
	}
}

func (a *Attrs) setDefault(x attr) {
	if i, found := a.place(x.key); !found {
		a.insert(i, x)
	}
}

func (a *Attrs) insert(i int, x attr) {
	a.list = append(a.list, x)
	if i < len(a.list)-1 {
		copy(a.list[i+1:], a.list[i:])
		a.list[i] = x
	}
}

// setNamed is set for a name from outside. One that could end the tag is left out.
func (a *Attrs) setNamed(x attr) {
	if isAttrName(x.key) {
		a.set(x)
	}
}

func (a *Attrs) setValue(key string, v jinja.Value) {
	x := attr{key: cleanKey(key)}
	if s, ok := v.HTML(); ok {
		x.value, x.state = s, attrSafe
	} else if s, ok := v.Str(); ok {
		x.value = s
	} else if b, ok := v.Any().(bool); ok {
		x = boolAttr(x.key, b)
	} else {
		x.value, _ = jinja.Str(v)
	}
	a.setNamed(x)
}

// cleanKey makes an attribute of a keyword: class_ is class, data_x and aria_x have hyphens.
func cleanKey(key string) string {
	key = strings.TrimRight(key, "_")
	if strings.HasPrefix(key, "data_") || strings.HasPrefix(key, "aria_") {
		key = strings.ReplaceAll(key, "_", "-")
	}
	return key
}

// AppendTo appends the attributes in the order of their names, each behind a blank.
func (a *Attrs) AppendTo(buf []byte) []byte {
	for i := range a.list {
		buf = a.list[i].appendTo(buf)
	}
	return buf
}

func (x *attr) appendTo(buf []byte) []byte {
	if x.state == attrOff {
		return buf
	}
	buf = append(append(buf, ' '), x.key...)
	if x.state == attrBare {
		return buf
	}
	buf = append(buf, `="`...)
	if x.state == attrSafe {
		buf = append(buf, strings.ReplaceAll(x.value, `"`, "&#34;")...)
	} else {
		buf = markup.AppendEscape(buf, x.value)
	}
	return append(buf, '"')
}

// isAttrName reports whether a text is the name of an attribute.
func isAttrName(name string) bool {
	for i := range len(name) {
		switch c := name[i]; {
		case c <= ' ', c == '"', c == '\'', c == '>', c == '/', c == '=', c == '<', c == 0x7f:
			return false
		}
	}
	return name != ""
}
