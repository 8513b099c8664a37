package main

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dewar-go/dewar/jinja"
)

// A place is the file and line of a message.
type place struct {
	file string
	line int
}

// An entry is one message of a catalogue.
type entry struct {
	context  string
	known    bool // context is set, possibly to ""
	id       string
	plural   string
	isPlural bool
	places   []place
	comments []string
	format   bool // the message has placeholders such as %(name)s
}

// A catalog merges messages by text and context, in the order in which they are found, as Babel's Catalog does.
type catalog struct {
	entries []*entry
	byKey   map[[3]string]*entry
}

// pythonFormat matches the placeholders that Babel recognises.
var pythonFormat = regexp.MustCompile(`%(?:\([\p{L}\p{N}_]*\))?[-#0 +]?(?:\*|\d+)?(?:\.(?:\*|\d+))?[hlL]?[diouxXeEfFgGcrs%]`)

// add adds a message. When it exists already, the new places and comments are added to it.
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

// A keyword names the arguments of a translation function that are the message, counted from 1. context is 0 when there
// is none.
type keyword struct {
	context int
	texts   []int
}

// babelKeywords returns Babel's default keywords.
func babelKeywords() map[string]keyword {
	one := keyword{texts: []int{1}}
	return map[string]keyword{
		"_": one, "gettext": one, "ugettext": one, "N_": one,
		"ngettext": {texts: []int{1, 2}}, "ungettext": {texts: []int{1, 2}},
		"dgettext": {texts: []int{2}}, "dngettext": {texts: []int{2, 3}},
		"pgettext": {1, []int{2}}, "npgettext": {1, []int{2, 3}},
	}
}

// parseKeyword parses a keyword of pybabel's option -k: name, name:1,2 or name:1c,2.
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

// entryOf returns the entry for a call, or nil when its text is not constant. empty says that the text is "", which no
// catalogue can have.
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
