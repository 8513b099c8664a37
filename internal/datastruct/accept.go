package datastruct

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dewar-go/dewar/jinja"
)

// An Accept is a list of what a client takes, the best first, with a quality for
// each.
type Accept struct {
	kind     AcceptKind
	provided bool
	items    []accepted
}

// AcceptKind is the header it was read from.
type AcceptKind string

// The kinds, by Werkzeug's names for their classes.
const (
	AcceptMIME     AcceptKind = "MIMEAccept"
	AcceptLanguage AcceptKind = "LanguageAccept"
	AcceptCharset  AcceptKind = "CharsetAccept"
	AcceptEncoding AcceptKind = "Accept"
)

type accepted struct {
	value   string
	quality float64
	shown   jinja.Value // an int where the client said nothing
}

func (a accepted) pair() jinja.Value { return jinja.NewTuple(jinja.String(a.value), a.shown) }

// acceptItem is Werkzeug's: a range with its parameters, and its quality.
var acceptItem = regexp.MustCompile(`([^\s;,]+(?:[ \t]*;[ \t]*(?:[^\s;,q][^\s;,]*|q[^\s;,=][^\s;,]*))*)(?:[ \t]*;[ \t]*q=(\d*(?:\.\d+)?)[^,]*)?`)

// maxAccept bounds the bytes of a header that are read.
const maxAccept = 4 << 10

// NewAccept reads a header, which may be absent.
func NewAccept(kind AcceptKind, header string) *Accept {
	a := &Accept{kind: kind, provided: header != ""}
	for _, m := range acceptItem.FindAllStringSubmatch(header[:min(len(header), maxAccept)], -1) {
		item := accepted{m[1], 1, jinja.Int(1)}
		if q, err := strconv.ParseFloat(m[2], 64); err == nil && q <= 1 {
			item.quality, item.shown = q, jinja.Float(q)
		}
		a.items = append(a.items, item)
	}
	slices.SortStableFunc(a.items, func(x, y accepted) int {
		if n := slices.Compare(a.specificity(y.value), a.specificity(x.value)); n != 0 {
			return n
		}
		switch {
		case x.quality > y.quality:
			return -1
		case x.quality < y.quality:
			return 1
		}
		return 0
	})
	return a
}

var mimeParts, languageParts = regexp.MustCompile(`/|\s*;\s*`), regexp.MustCompile(`[_-]`)

// specificity says how much a range names: 1 for each part that is no star.
func (a *Accept) specificity(value string) []int {
	parts := []string{value}
	if a.kind == AcceptMIME {
		parts = mimeParts.Split(value, -1)
	}
	out := make([]int, len(parts))
	for i, p := range parts {
		if p != "*" {
			out[i] = 1
		}
	}
	return out
}

// matches reports whether the client's item takes a value. The error is about a
// value that cannot be one.
func (a *Accept) matches(value, item string) (bool, error) {
	switch a.kind {
	case AcceptMIME:
		return matchMIME(value, item)
	case AcceptLanguage:
		value, item = strings.ReplaceAll(value, "_", "-"), strings.ReplaceAll(item, "_", "-")
	case AcceptCharset:
		value, item = charset(value), charset(item)
	}
	return item == "*" || strings.EqualFold(value, item), nil
}

// charset is the name that Python has for a common charset.
func charset(name string) string {
	name = strings.ToLower(strings.ReplaceAll(name, "_", "-"))
	switch name {
	case "utf8", "u8":
		return "utf-8"
	case "latin1", "latin-1", "l1", "iso8859-1":
		return "iso-8859-1"
	case "us-ascii":
		return "ascii"
	}
	return name
}

func matchMIME(value, item string) (bool, error) {
	if !strings.Contains(item, "/") {
		return false, nil
	}
	v, i := mimeParts.Split(strings.ToLower(value), -1), mimeParts.Split(strings.ToLower(item), -1)
	if !strings.Contains(value, "/") || v[0] == "*" && v[1] != "*" {
		return false, jinja.NewException("ValueError", "invalid mimetype "+repr("", jinja.String(value), ""))
	}
	if i[0] == "*" && i[1] != "*" {
		return false, nil
	}
	if i[0] == "*" || v[0] == "*" {
		return true, nil
	}
	slices.Sort(v[2:])
	slices.Sort(i[2:])
	return i[0] == v[0] && (i[1] == "*" || v[1] == "*" || i[1] == v[1] && slices.Equal(i[2:], v[2:])), nil
}

// find returns the number of the item that takes a value, -1 for none.
func (a *Accept) find(value string) (int, error) {
	for i, item := range a.items {
		if ok, err := a.matches(value, item.value); ok || err != nil {
			return i, err
		}
	}
	return -1, nil
}

// bestMatch returns the number of the best of several values, -1 for none.
func (a *Accept) bestMatch(values []string) (int, error) {
	best, quality, specificity := -1, -1.0, []int{-1}
	for i, v := range values {
		at, err := a.find(v)
		if err != nil {
			return -1, err
		}
		if at < 0 {
			continue
		}
		item := a.items[at]
		if item.quality <= 0 || item.quality < quality {
			continue
		}
		if s := a.specificity(item.value); item.quality > quality || slices.Compare(s, specificity) > 0 {
			best, quality, specificity = i, item.quality, s
		}
	}
	return best, nil
}

// bestLanguage is bestMatch, and then by the first parts of the client's tags, and
// of those that are offered.
func (a *Accept) bestLanguage(values []string) (int, error) {
	best, err := a.bestMatch(values)
	if a.kind != AcceptLanguage || best >= 0 || err != nil {
		return best, err
	}
	primary := &Accept{kind: AcceptEncoding}
	for _, item := range a.items {
		item.value = languageParts.Split(item.value, 2)[0]
		primary.items = append(primary.items, item)
	}
	slices.SortStableFunc(primary.items, func(x, y accepted) int {
		return slices.Compare(primary.specificity(y.value), primary.specificity(x.value))
	})
	if best, err = primary.bestMatch(values); best >= 0 {
		return best, err
	}
	first := make([]string, len(values))
	for i, v := range values {
		first[i] = languageParts.Split(v, 2)[0]
	}
	if best, err = a.bestMatch(first); best < 0 {
		return best, err
	}
	return slices.IndexFunc(values, func(v string) bool { return strings.HasPrefix(v, first[best]) }), nil
}
