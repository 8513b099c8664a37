package builtin

import (
	"github.com/dewar-go/dewar/jinja/internal/value"
)

// Translations are the functions of a message catalogue. Where a function is nil, messages are not translated.
type Translations struct {
	Gettext   func(st State, message string) (string, error)
	Ngettext  func(st State, singular, plural string, n Value) (string, error)
	Pgettext  func(st State, context, message string) (string, error)
	Npgettext func(st State, context, singular, plural string, n Value) (string, error)
}

// Gettext returns the globals gettext, ngettext, pgettext and npgettext for a catalogue, and the alias _.
//
// In the new style, keyword arguments are the variables of the message. They are put in with the % operator, and with
// automatic escaping the message is Markup. In the old style the message is returned as it is, and the template formats
// it.
func Gettext(t Translations, newStyle bool) map[string]Value {
	g := map[string]Value{
		"gettext": message("gettext", gettextSig, 1, t.Gettext != nil, func(st State, s []string, _ Value) (string, error) {
			return t.Gettext(st, s[0])
		}),
		"ngettext": message("ngettext", ngettextSig, 2, t.Ngettext != nil, func(st State, s []string, n Value) (string, error) {
			return t.Ngettext(st, s[0], s[1], n)
		}),
		"pgettext": message("pgettext", pgettextSig, 2, t.Pgettext != nil, func(st State, s []string, _ Value) (string, error) {
			return t.Pgettext(st, s[0], s[1])
		}),
		"npgettext": message("npgettext", npgettextSig, 3, t.Npgettext != nil, func(st State, s []string, n Value) (string, error) {
			return t.Npgettext(st, s[0], s[1], s[2], n)
		}),
	}
	if newStyle {
		g = NewStyle(g)
	}
	g["_"] = GettextAlias
	return g
}

// GettextAlias is the global _. It calls the value of the name gettext in the context.
var GettextAlias = value.NewFunc("_gettext_alias", func(st State, a Args) (Value, error) {
	f, ok := st.Resolve("gettext")
	if !ok {
		f = st.Undefined(value.Undef{Name: value.String("gettext")})
	}
	return st.Call(f, a)
})

var (
	onSelf       = []string{"self"}
	gettextSig   = sig("NullTranslations.gettext", onSelf, value.Req("message"))
	ngettextSig  = sig("NullTranslations.ngettext", onSelf, value.Req("msgid1"), value.Req("msgid2"), value.Req("n"))
	pgettextSig  = sig("NullTranslations.pgettext", onSelf, value.Req("context"), value.Req("message"))
	npgettextSig = sig("NullTranslations.npgettext", onSelf, value.Req("context"), value.Req("msgid1"), value.Req("msgid2"), value.Req("n"))
)

// message returns the function of the old style called name. Its first arguments are texts, the one behind them, if any,
// is the number that chooses between the last two. translate is called where there are translations.
func message(name string, sig *signature, texts int, translated bool, translate func(st State, s []string, n Value) (string, error)) Value {
	return value.NewFunc(name, func(st State, a Args) (Value, error) {
		var room [4]Value
		arg := room[:len(sig.params)]
		if err := sig.bind(arg, a); err != nil {
			return Value{}, err
		}
		switch {
		case translated:
		case texts < len(arg):
			return pluralForm(arg[texts-2], arg[texts-1], arg[texts])
		default:
			return arg[texts-1], nil
		}
		s := make([]string, texts)
		for i := range s {
			var err error
			if s[i], err = value.StrOf(arg[i]); err != nil {
				return Value{}, err
			}
		}
		r, err := translate(st, s, room[texts])
		return value.String(r), err
	})
}

// pluralForm returns singular when n is 1 and plural otherwise, as a catalogue without translations does.
func pluralForm(singular, plural, n Value) (Value, error) {
	one, err := value.Compare(value.Eq, n, value.Int(1))
	if one || err != nil {
		return singular, err
	}
	return plural, nil
}

// newStyle describes the functions of the new style: the number of their arguments, and the variables of the message
// that arguments set unless keyword arguments do.
var newStyle = map[string]struct {
	sig *signature
	set []string // for each argument the variable it sets, "" for none
}{
	"gettext": {sig("_make_new_gettext.<locals>.gettext", []string{"__context"}, value.Req("__string")), []string{""}},
	"ngettext": {sig("_make_new_ngettext.<locals>.ngettext", []string{"__context"}, value.Req("__singular"), value.Req("__plural"), value.Req("__num")),
		[]string{"", "", "num"}},
	"pgettext": {sig("_make_new_pgettext.<locals>.pgettext", []string{"__context"}, value.Req("__string_ctx"), value.Req("__string")),
		[]string{"context", ""}},
	"npgettext": {sig("_make_new_npgettext.<locals>.npgettext", []string{"__context"}, value.Req("__string_ctx"), value.Req("__singular"),
		value.Req("__plural"), value.Req("__num")), []string{"context", "", "", "num"}},
}

// NewStyle returns the new-style functions that call the old-style functions of the same names.
func NewStyle(old map[string]Value) map[string]Value {
	out := make(map[string]Value, len(old)+1)
	for name, f := range old {
		style, ok := newStyle[name]
		if !ok {
			out[name] = f
			continue
		}
		out[name] = value.NewFunc(name, func(st State, a Args) (Value, error) {
			return callNewStyle(st, f, style.sig, style.set, a)
		})
	}
	return out
}

func callNewStyle(st State, f Value, s *signature, set []string, a Args) (Value, error) {
	var arg [4]Value
	if err := s.bind(arg[:], Args{Pos: a.Pos}); err != nil {
		return Value{}, err
	}
	variables := value.NewDictSize(len(a.Kw) + 1)
	for _, kw := range a.Kw {
		variables.SetString(kw.Name, kw.Value)
	}
	for i, name := range set {
		if name == "" {
			continue
		}
		if _, given := variables.GetString(name); !given {
			variables.SetString(name, arg[i])
		}
	}
	message, err := st.Call(f, Args{Pos: arg[:len(s.params)]})
	if err != nil {
		return Value{}, err
	}
	if st.Autoescape() {
		text, err := textOf(message)
		if err != nil {
			return Value{}, err
		}
		message = value.Safe(text)
	}
	return value.ModState(st, message, variables.Value())
}
