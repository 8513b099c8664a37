package builtin

import (
	"strings"

	"github.com/dewar-go/dewar/jinja/internal/context"
	"github.com/dewar-go/dewar/jinja/internal/value"
	"github.com/dewar-go/dewar/markup"
)

var (
	forceescapeSig = sig("do_forceescape", onValue)
	safeSig        = sig("do_mark_safe", onValue)
	striptagsSig   = sig("do_striptags", onValue)
	xmlattrSig     = sig("do_xmlattr", []string{"eval_ctx", "d"}, value.Opt("autospace", value.True))
	urlizeSig      = sig("do_urlize", onCtxVal, value.Opt("trim_url_limit", value.None), value.Opt("nofollow", value.False),
		value.Opt("target", value.None), value.Opt("rel", value.None), value.Opt("extra_schemes", value.None))
)

func escape(st State, v Value, a Args) (Value, error) {
	if err := native("markupsafe._speedups.escape", a, 1); err != nil {
		return Value{}, err
	}
	return value.Escape(v)
}

// forceescape escapes v even when it is Markup.
func forceescape(st State, v Value, a Args) (Value, error) {
	if err := forceescapeSig.none(a); err != nil {
		return Value{}, err
	}
	s, err := textOf(v)
	return value.Safe(string(markup.Escape(s))), err
}

// textOf returns the HTML of a value that has some, else str(v).
func textOf(v Value) (string, error) {
	if s, ok := v.Str(); ok {
		return s, nil
	}
	if h, ok := v.HTML(); ok {
		return h, nil
	}
	return value.StrOf(v)
}

func safe(st State, v Value, a Args) (Value, error) {
	if err := safeSig.none(a); err != nil {
		return Value{}, err
	}
	s, err := textOf(v)
	return value.Safe(s), err
}

func toString(st State, v Value, a Args) (Value, error) {
	if err := native("markupsafe._speedups.soft_str", a, 1); err != nil {
		return Value{}, err
	}
	return softStr(v)
}

func striptags(st State, v Value, a Args) (Value, error) {
	if err := striptagsSig.none(a); err != nil {
		return Value{}, err
	}
	s, err := textOf(v)
	return value.String(markup.StripTags(s)), err
}

// xmlattr is the filter xmlattr: it makes attributes of a mapping and escapes their values.
func xmlattr(st State, v Value, a Args) (Value, error) {
	filtered := byContext(st)
	var buf []byte
	err := Attributes(st, v, a, func(space bool, key Value, x Value) (err error) {
		before := len(buf)
		if space {
			buf = append(buf, ' ')
		}
		if buf, err = value.AppendEscaped(buf, key); err != nil {
			return err
		}
		buf = append(buf, '=', '"')
		if k, _ := key.Str(); filtered && context.IsURL(k) {
			if x, err = linkOf(x); err != nil {
				return err
			}
		}
		if buf, err = value.AppendEscaped(buf, x); err != nil {
			return err
		}
		buf = append(buf, '"')
		return st.Grow(len(buf) - before)
	})
	if err != nil {
		return Value{}, err
	}
	if st.Autoescape() {
		return value.Safe(string(buf)), nil
	}
	return value.String(string(buf)), nil
}

// byContext reports whether outputs are escaped by their place in the document.
func byContext(st State) bool {
	c, ok := st.(interface{ Contextual() bool })
	return ok && c.Contextual()
}

// Attributes calls emit for each attribute that the filter xmlattr makes of a mapping. space says that a space goes
// before it. A key with a character that ends the name of an attribute is an error (CVE-2024-22195, CVE-2024-34064).
func Attributes(st State, v Value, a Args, emit func(space bool, key, x Value) error) error {
	var arg [1]Value
	if err := xmlattrSig.bind(arg[:], a); err != nil {
		return err
	}
	space, err := truth(arg[0])
	if err != nil {
		return err
	}
	keys, values, err := itemsOf(st, v)
	if err != nil {
		return err
	}
	for i, key := range keys {
		if values[i].IsNone() || values[i].IsUndefined() {
			continue
		}
		k, ok := key.Str()
		if !ok {
			return typeError("expected string or bytes-like object, got '%s'", value.TypeName(key))
		}
		if strings.ContainsAny(k, " \t\n\r\v\f/>=") {
			return valueError("Invalid character in attribute name: %s", value.AppendQuoted(nil, k))
		}
		if err := emit(space, key, values[i]); err != nil {
			return err
		}
		space = true
	}
	return nil
}

// linkOf returns the value of an attribute that holds an address. An address whose scheme may run scripts is blocked.
func linkOf(v Value) (Value, error) {
	switch v.SafeKind() {
	case markup.KindURL, markup.KindResourceURL:
		return v, nil
	}
	s, err := textOf(v)
	return value.String(context.FilterURL(s)), err
}

// itemsOf returns the keys and the values of v.items().
func itemsOf(st State, v Value) (keys, values []Value, err error) {
	if keys, values, ok := value.Pairs(v); ok {
		return keys, values, nil
	}
	items, err := method(st, v, "items")
	if err != nil {
		return nil, nil, err
	}
	list, err := value.Collect(items)
	if err != nil {
		return nil, nil, err
	}
	for _, item := range list {
		k, x, err := pairOf(item)
		if err != nil {
			return nil, nil, err
		}
		keys, values = append(keys, k), append(values, x)
	}
	return keys, values, nil
}

// pairOf unpacks an iterable of exactly two elements.
func pairOf(v Value) (a, b Value, err error) {
	if t, ok := v.Tuple(); ok && len(t) == 2 {
		return t[0], t[1], nil
	}
	if !value.IsIterable(v) {
		return a, b, typeError("cannot unpack non-iterable %s object", value.TypeName(v))
	}
	list, err := value.Collect(v)
	switch {
	case err != nil:
		return a, b, err
	case len(list) < 2:
		return a, b, valueError("not enough values to unpack (expected 2, got %d)", len(list))
	case len(list) > 2:
		return a, b, valueError("too many values to unpack (expected 2)")
	}
	return list[0], list[1], nil
}

func urlizeFilter(st State, v Value, a Args) (Value, error) {
	var arg [5]Value
	if err := urlizeSig.bind(arg[:], a); err != nil {
		return Value{}, err
	}
	limit, nofollow, target, rel, schemes := arg[0], arg[1], arg[2], arg[3], arg[4]
	rels, err := words(rel)
	if err != nil {
		return Value{}, err
	}
	if yes, err := truth(nofollow); err != nil {
		return Value{}, err
	} else if yes {
		rels = append(rels, "nofollow")
	}
	fromPolicy, err := words(st.Policy("urlize.rel"))
	if err != nil {
		return Value{}, err
	}
	rels = sortedSet(append(rels, fromPolicy...))
	if target.IsNone() {
		target = st.Policy("urlize.target")
	}
	if schemes.IsNone() {
		schemes = st.Policy("urlize.extra_schemes")
	}
	var o linkOptions
	if yes, err := truth(target); err != nil {
		return Value{}, err
	} else if yes {
		t, err := value.AppendEscaped([]byte(` target="`), target)
		if err != nil {
			return Value{}, err
		}
		o.attrs = string(append(t, '"'))
	}
	if len(rels) > 0 {
		o.attrs = ` rel="` + string(markup.Escape(strings.Join(rels, " "))) + `"` + o.attrs
	}
	if !schemes.IsNone() && !schemes.IsUndefined() {
		list, err := value.Collect(schemes)
		if err != nil {
			return Value{}, err
		}
		for _, scheme := range list {
			s, ok := scheme.Str()
			if !ok {
				return Value{}, typeError("expected string or bytes-like object, got '%s'", value.TypeName(scheme))
			}
			if !isScheme(s) {
				r, _ := value.ReprOf(scheme)
				return Value{}, argumentError("%s is not a valid URI scheme prefix.", r)
			}
			if byContext(st) && context.RunsScripts(s) {
				r, _ := value.ReprOf(scheme)
				return Value{}, argumentError("%s is a scheme that runs scripts or holds a document.", r)
			}
			o.extraSchemes = append(o.extraSchemes, s)
		}
	}
	if !limit.IsNone() {
		o.limited = true
		if o.limit, err = index(limit); err != nil {
			// The error is raised when the first link has to be shortened.
			o.badLimit = typeError("'>' not supported between instances of 'int' and '%s'", value.TypeName(limit))
		}
	}
	text, err := value.AppendEscaped(nil, v)
	if err != nil {
		return Value{}, err
	}
	linked, err := urlize(string(text), o)
	if err != nil {
		return Value{}, err
	}
	out := string(linked)
	if st.Autoescape() {
		return value.Safe(out), nil
	}
	return value.String(out), nil
}

// words returns (v or "").split().
func words(v Value) ([]string, error) {
	if yes, err := truth(v); err != nil || !yes {
		return nil, err
	}
	s, ok := v.Str()
	if !ok {
		_, err := attribute(v, "split")
		return nil, err
	}
	return strings.FieldsFunc(s, value.IsSpace), nil
}
