package forms

import (
	"slices"
	"strings"

	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/markup"
)

// Attrs are the attributes of an element, as a [Widget] gets them: what a template's call and render_kw say. The zero
// Attrs is empty.
type Attrs struct {
	list []attr // in the order of the keys

	fixed *jinja.Args // of a call that says the same each time, in a template
	all   []attr      // with the element's own attributes, when they are known already
	room  []attr
}

type attr struct {
	key, value string
	state      attrState

	fixed bool // it wins over what the call says

	run  string // it and those behind it that are the same in all requests, for a field that has the name of its declaration
	next int    // the attribute behind the run
}

type attrState uint8

const (
	attrText attrState = iota
	attrSafe           // HTML
	attrBare           // without a value: true
	attrOff            // not written: false

	// Those of an element's own attributes. The value is the whole attribute.
	attrReady
	attrName    // the value is that of a field that has the name of its declaration
	attrID      // as attrName
	attrChecked // there if the field is checked
	attrValue   // what the field shows
	attrLabel   // the label as a value
)

// Set sets an attribute. true is one without a value, false one that is not written; any other value is its text. A key
// that could end the tag is left out.
func (a *Attrs) Set(key string, value any) {
	if isAttrName(key) {
		a.set(attrOf(key, value))
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

// AppendTo appends the attributes in the order of their names, each behind a blank.
func (a *Attrs) AppendTo(buf []byte) []byte {
	for i := range a.list {
		buf = a.list[i].appendTo(buf)
	}
	return buf
}

func attrOf(key string, value any) attr {
	switch v := value.(type) {
	case bool:
		if v {
			return attr{key: key, state: attrBare}
		}
		return attr{key: key, state: attrOff}
	case string:
		return attr{key: key, value: v}
	case markup.HTML:
		return attr{key: key, value: string(v), state: attrSafe}
	}
	return attr{key: key, value: pythonText(value)}
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

func (a *Attrs) set(x attr) {
	i, found := a.place(x.key)
	if !found {
		a.list = slices.Insert(a.list, i, x)
	}
	a.list[i] = x
}

// setKeywords sets the keywords of a template's call.
func (a *Attrs) setKeywords(kw []jinja.Kw) {
	for i := range kw {
		v := kw[i].Value
		x := attr{key: cleanKey(kw[i].Name)}
		if text, ok := v.Str(); ok && !v.IsSafe() {
			x.value = text
		} else if html, ok := v.HTML(); ok {
			x.value, x.state = html, attrSafe
		} else if on, ok := v.Any().(bool); ok {
			x = attrOf(x.key, on)
		} else {
			x.value, _ = jinja.Str(v)
		}
		if isAttrName(x.key) {
			a.set(x)
		}
	}
}

// cleanKey makes an attribute of a keyword: class_ is class, data_x and aria_x have hyphens.
func cleanKey(key string) string {
	for key != "" && key[len(key)-1] == '_' {
		key = key[:len(key)-1]
	}
	if strings.HasPrefix(key, "data_") || strings.HasPrefix(key, "aria_") {
		key = strings.ReplaceAll(key, "_", "-")
	}
	return key
}

func (x *attr) appendTo(buf []byte) []byte {
	switch x.state {
	case attrReady, attrName, attrID:
		return append(buf, x.value...)
	case attrOff:
		return buf
	case attrBare:
		return append(append(buf, ' '), x.key...)
	case attrSafe:
		buf = append(append(append(buf, ' '), x.key...), `="`...)
		return append(append(buf, strings.ReplaceAll(x.value, `"`, "&#34;")...), '"')
	}
	return appendAttr(buf, x.key, x.value)
}

func appendAttr(buf []byte, key, value string) []byte {
	buf = append(append(append(buf, ' '), key...), `="`...)
	return append(markup.AppendEscape(buf, value), '"')
}

// ready writes an element's own attributes as far as they are the same in all requests.
func ready(list []attr) []attr {
	for i := range list {
		switch x := &list[i]; x.state {
		case attrText, attrSafe, attrBare, attrOff:
			x.value, x.state = string(x.appendTo(nil)), attrReady
		}
	}
	for i := len(list) - 1; i >= 0; i-- {
		x := &list[i]
		if x.next = i; x.state > attrID {
			continue
		}
		if x.run, x.next = x.value, i+1; x.next < len(list) {
			x.run, x.next = x.run+list[x.next].run, max(x.next, list[x.next].next)
		}
	}
	return list
}

// A fixedCall is what the arguments of one place in a template make of an element's own attributes.
type fixedCall struct {
	args *jinja.Args
	own  *attr // the first
	all  []attr
}

// maxFixedCalls bounds the places whose attributes are kept for a field.
const maxFixedCalls = 64

// fixedAttrs returns the attributes of an element in a place that has shown it before, else nil.
func (p *plan) fixedAttrs(args *jinja.Args, own []attr) []attr {
	if known := p.calls.Load(); args != nil && known != nil {
		for i := range *known {
			if c := &(*known)[i]; c.args == args && c.own == &own[0] {
				return c.all
			}
		}
	}
	return nil
}

// merge returns an element's own attributes, which are in the order of their keys, with those of the call, which replace
// them.
func (a *Attrs) merge(f *BoundField, own []attr) []attr {
	given, all := a.list, a.room[:0]
	for _, x := range own {
		for len(given) > 0 && given[0].key < x.key {
			all = append(all, given[0])
			given = given[1:]
		}
		if len(given) > 0 && given[0].key == x.key {
			if x.state == attrChecked {
				a.fixed = nil
			}
			if !x.fixed || x.state == attrChecked && !f.isChecked() {
				continue
			}
			given = given[1:]
		}
		x.run = ""
		all = append(all, x)
	}
	all = append(all, given...)
	a.room = all
	if a.fixed != nil {
		f.plan.keep(fixedCall{a.fixed, &own[0], ready(slices.Clone(all))})
	}
	return all
}

// keep adds a call to those that are known.
func (p *plan) keep(c fixedCall) {
	known := p.calls.Load()
	list := []fixedCall{c}
	if known != nil {
		list = append(list, *known...)
	}
	if len(list) <= maxFixedCalls {
		p.calls.CompareAndSwap(known, &list)
	}
}

// appendAttrs appends the attributes of an element.
func (f *BoundField) appendAttrs(buf []byte, list []attr) []byte {
	declared := f.name == f.plan.Name && f.id == f.plan.ID
	for i := 0; i < len(list); i++ {
		x := &list[i]
		switch {
		case declared && x.run != "":
			buf = append(buf, x.run...)
			i = x.next - 1
		case x.state == attrValue:
			buf = appendAttr(buf, x.key, f.shown())
		case x.state == attrLabel:
			buf = appendAttr(buf, x.key, f.Label())
		case x.state == attrChecked:
			if f.isChecked() {
				buf = append(buf, x.value...)
			}
		case x.state == attrName && !declared:
			buf = appendAttr(buf, x.key, f.name)
		case x.state == attrID && !declared:
			buf = appendAttr(buf, x.key, f.ID())
		default:
			buf = x.appendTo(buf)
		}
	}
	return buf
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
