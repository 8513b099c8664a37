package main

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dewar-go/dewar/jinja"
)

// A place is where a message stands.
type place struct {
	file string
	line int
}

// An entry is a message of a catalogue.
type entry struct {
	context  string
	known    bool // there is a context, be it ""
	id       string
	plural   string
	isPlural bool
	places   []place
	comments []string
	format   bool // it has %(name)s and the like
}

// A catalog merges messages in the order in which they are found, as Babel's
// Catalog does: by text and context.
type catalog struct {
	entries []*entry
	byKey   map[[3]string]*entry
}

// pythonFormat is what Babel takes for a place to fill in.
var pythonFormat = regexp.MustCompile(`%(?:\([\p{L}\p{N}_]*\))?[-#0 +]?(?:\*|\d+)?(?:\.(?:\*|\d+))?[hlL]?[diouxXeEfFgGcrs%]`)

// add adds a message, or what is new of it to the one that is there.
func (c *catalog) add(e *entry) {
	e.format = pythonFormat.MatchString(e.id) || e.isPlural && pythonFormat.MatchString(e.plural)
	key := [3]string{e.id, e.context, strconv.FormatBool(e.known)}
	old := c.byKey[key]
	if old == nil {
		if c.byKey == nil {
			c.byKey = map[[3]string]*entry{}
		}
		c.byKey[key] = e
		c.entries = append(c.entries, e)
		return
	}
	if e.isPlural && !old.isPlural {
		old.plural, old.isPlural = e.plural, true
	}
	old.format = old.format || e.format
	for _, p := range e.places {
		if !slices.Contains(old.places, p) {
			old.places = append(old.places, p)
		}
	}
	for _, s := range e.comments {
		if !slices.Contains(old.comments, s) {
			old.comments = append(old.comments, s)
		}
	}
}

// A keyword says which arguments of a translation function are the message,
// counted from 1; context is 0 if none is.
type keyword struct {
	context int
	texts   []int
}

// babelKeywords are those that Babel looks for by itself.
func babelKeywords() map[string]keyword {
	one := keyword{texts: []int{1}}
	return map[string]keyword{
		"_": one, "gettext": one, "ugettext": one, "N_": one,
		"ngettext": {texts: []int{1, 2}}, "ungettext": {texts: []int{1, 2}},
		"dgettext": {texts: []int{2}}, "dngettext": {texts: []int{2, 3}},
		"pgettext": {1, []int{2}}, "npgettext": {1, []int{2, 3}},
	}
}

// parseKeyword reads a keyword as pybabel's -k takes it: name, name:1,2 or
// name:1c,2.
func parseKeyword(text string) (name string, k keyword, ok bool) {
	name, numbers, given := strings.Cut(text, ":")
	if !given {
		return name, keyword{texts: []int{1}}, name != ""
	}
	for _, s := range strings.Split(numbers, ",") {
		digits, context := strings.CutSuffix(s, "c")
		n, err := strconv.Atoi(digits)
		if err != nil || n < 1 {
			return name, k, false
		}
		if context {
			k.context = n
		} else {
			k.texts = append(k.texts, n)
		}
	}
	return name, k, name != "" && (len(k.texts) == 1 || len(k.texts) == 2)
}

// entryOf makes an entry of a call. Without a literal text there is none; empty
// reports the text that no catalogue can have.
func (k keyword) entryOf(m jinja.Message, file string) (e *entry, empty bool) {
	argument := func(n int) *string {
		if n > len(m.Strings) {
			return nil
		}
		return m.Strings[n-1]
	}
	id := argument(k.texts[0])
	if id == nil {
		return nil, false
	}
	e = &entry{id: *id, places: []place{{file, m.Line}}, comments: m.Comments}
	if len(k.texts) > 1 {
		plural := argument(k.texts[1])
		if plural == nil {
			return nil, false
		}
		e.plural, e.isPlural = *plural, true
	}
	if *id == "" {
		return nil, true
	}
	if k.context > 0 && k.context <= len(m.Strings) {
		if c := argument(k.context); c != nil {
			e.context, e.known = *c, true
		}
	}
	return e, false
}
