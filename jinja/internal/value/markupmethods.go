package value

import "github.com/dewar-go/dewar/markup"

// The methods that Markup has and str has not.

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
