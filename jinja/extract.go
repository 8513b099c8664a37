package jinja

import (
	"slices"
	"strings"
	"unicode"

	"github.com/dewar-go/dewar/jinja/internal/lex"
	"github.com/dewar-go/dewar/jinja/internal/parse"
)

// Message is a call of a translation function that [Environment.ExtractTranslations] found.
type Message = parse.Message

// ExtractTranslations returns the messages of a template for a catalogue: trans tags and calls of functions. Default:
// _, gettext, ngettext, pgettext and npgettext. The command dewar extract writes them as a .pot file.
func (e *Environment) ExtractTranslations(source string, functions ...string) ([]Message, error) {
	return e.ExtractCommented(source, nil, functions...)
}

// ExtractCommented is ExtractTranslations with the comments for translators (Jinja2's babel_extract, pybabel's
// --add-comments). The comment of a message is the last one before it that begins with one of the tags, such as
// "NOTE:". It must be after the line of the message before, or on the message's line. The tag is removed from it.
func (e *Environment) ExtractCommented(source string, tags []string, functions ...string) ([]Message, error) {
	tree, err := parse.Parse(source, "", e.core.Lex, e.core.Extensions)
	if err != nil {
		return nil, e.syntaxError(err, source, "")
	}
	messages := parse.ExtractTranslations(tree, functions...)
	if len(tags) == 0 {
		return messages, nil
	}
	comments := lex.Comments(source, e.core.Lex)
	done := 0 // comments up to this line belong to earlier messages
	for i := range messages {
		m := &messages[i]
		for _, c := range slices.Backward(comments) {
			if int(c.Line) > m.Line || int(c.Line) <= done {
				continue
			}
			text := strings.TrimLeftFunc(c.Text, unicode.IsSpace)
			end := strings.IndexFunc(text, unicode.IsSpace)
			if end < 0 || !slices.Contains(tags, text[:end]) {
				continue
			}
			if text = strings.TrimSpace(text[end:]); text != "" {
				m.Comments = []string{text}
				break
			}
		}
		done = max(done, m.Line)
	}
	return messages, nil
}
