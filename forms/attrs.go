package forms

import (
	"strings"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// Attrs are the attributes of an element, as a [Widget] gets them: what a template's call and render_kw say. The zero
// Attrs is empty.
type Attrs struct{ list []attr }

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

// Set sets an attribute. true is one without a value, false one that is not written; any other value is its text.
func (a *Attrs) Set(key string, value any) {
	switch v := value.(type) {
	case bool:
		a.set(boolAttr(key, v))
	case string:
		a.set(attr{key: key, value: v})
	case markup.HTML:
		a.set(attr{key, string(v), attrSafe})
	default:
		a.set(attr{key: key, value: pythonText(v)})
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
	for i := range a.list {
		if a.list[i].key == key {
			return true
		}
	}
	return false
}

func boolAttr(key string, on bool) attr {
	if on {
		return attr{key: key, state: attrBare}
	}
	return attr{key: key, state: attrOff}
}

func (a *Attrs) set(x attr) {
	for i := range a.list {
		if a.list[i].key == x.key {
			a.list[i] = x
			return
		}
	}
	a.list = append(a.list, x)
}

func (a *Attrs) setDefault(x attr) {
	if !a.Has(x.key) {
		a.list = append(a.list, x)
	}
}

func (a *Attrs) setValue(key string, v jinja.Value) {
	key = cleanKey(key)
	if s, ok := v.HTML(); ok {
		a.set(attr{key, s, attrSafe})
		return
	}
	if s, ok := v.Str(); ok {
		a.set(attr{key: key, value: s})
		return
	}
	if b, ok := v.Any().(bool); ok {
		a.set(boolAttr(key, b))
		return
	}
	text, _ := jinja.Str(v)
	a.set(attr{key: key, value: text})
}

// cleanKey makes an attribute of a keyword: class_ is class, data_x and aria_x have hyphens.
func cleanKey(key string) string {
	key = strings.TrimRight(key, "_")
	if strings.HasPrefix(key, "data_") || strings.HasPrefix(key, "aria_") {
		key = strings.ReplaceAll(key, "_", "-")
	}
	return key
}

// AppendTo appends the attributes in the order of their names, each behind a blank. An attribute whose name could end
// the tag is left out.
func (a *Attrs) AppendTo(buf []byte) []byte {
	var room [32]int
	order := room[:0]
	for i := range a.list {
		j := len(order)
		for order = append(order, i); j > 0 && a.list[order[j-1]].key > a.list[i].key; j-- {
			order[j], order[j-1] = order[j-1], i
		}
	}
	for _, i := range order {
		buf = a.list[i].appendTo(buf)
	}
	return buf
}

func (x *attr) appendTo(buf []byte) []byte {
	if x.state == attrOff || !isAttrName(x.key) {
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
