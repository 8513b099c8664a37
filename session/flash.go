package session

import (
	"fmt"

	"github.com/dewar-go/dewar/markup"
)

// flashesKey is Flask's name of the value that holds flashed messages: a list of tuples of category and message.
const flashesKey = "_flashes"

// A Flash is a message that the next page shows.
type Flash struct {
	// Category is the kind of the message; Flask's default is "message".
	Category string
	// Message is the text.
	Message string
	// HTML says that Message is markup and not text.
	HTML bool
}

// Value returns the message for a template: markup.HTML when HTML is set, else a string.
func (f Flash) Value() any {
	if f.HTML {
		return markup.HTML(f.Message)
	}
	return f.Message
}

// Flash adds a message for the next page. An empty category is "message".
func (s *Session) Flash(category, message string) { s.flash(category, message) }

// FlashHTML is Flash for a message that is markup.
func (s *Session) FlashHTML(category string, message markup.HTML) { s.flash(category, message) }

func (s *Session) flash(category string, message any) {
	if category == "" {
		category = "message"
	}
	list, _ := s.read()[flashesKey].([]any)
	s.Set(flashesKey, append(list[:len(list):len(list)], Tuple{category, message}))
}

// Flashes removes the flashed messages and returns them, oldest first. Entries of another form are dropped.
func (s *Session) Flashes() []Flash {
	v, _ := s.Pop(flashesKey)
	return flashes(v)
}

// PeekFlashes returns the flashed messages and keeps them.
func (s *Session) PeekFlashes() []Flash { return flashes(s.read()[flashesKey]) }

func flashes(v any) []Flash {
	list, _ := v.([]any)
	var out []Flash
	for _, entry := range list {
		var pair []any
		switch entry := entry.(type) {
		case Tuple:
			pair = entry
		case []any:
			pair = entry
		}
		if len(pair) != 2 {
			continue
		}
		category, ok := pair[0].(string)
		if !ok {
			continue
		}
		f := Flash{Category: category}
		switch m := pair[1].(type) {
		case nil:
			continue
		case string:
			f.Message = m
		case markup.HTML:
			f.Message, f.HTML = string(m), true
		default:
			f.Message = fmt.Sprint(m)
		}
		out = append(out, f)
	}
	return out
}
