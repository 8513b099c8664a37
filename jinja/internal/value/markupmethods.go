package value

import "github.com/dewar-go/dewar/markup"

// Methods that Markup has and str does not.

func markupUnescape(_ State, self Value, a Args) (Value, error) {
	if err := noArgs("Markup", "unescape", self, a); err != nil {
		return Value{}, err
	}
	return String(markup.Unescape(self.rawString())), nil
}

func markupStriptags(_ State, self Value, a Args) (Value, error) {
	if err := noArgs("Markup", "striptags", self, a); err != nil {
		return Value{}, err
	}
	return String(markup.StripTags(self.rawString())), nil
}

// ofMarkup reports whether f is one of Markup's own methods. All others are those of str.
func (f *Function) ofMarkup() bool {
	if !f.Bound || f.Self.Kind() != KindMarkup {
		return false
	}
	switch f.Name {
	case "startswith", "endswith", "find", "rfind", "index", "rindex", "count", "encode", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit",
		"isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle", "isupper":
		return false
	}
	return true
}
