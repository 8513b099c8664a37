package i18n

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// poEntry is a message of a .po file as it is read.
type poEntry struct {
	line        int
	fuzzy       bool
	context, id *string
	plural      *string
	forms       []string
	has         map[int]bool
	translated  bool
}

// ParsePO reads a catalogue as translators write it. Messages that are fuzzy or obsolete are left out, as
// msgfmt does. The error names the line.
func ParsePO(text string) (*Catalog, error) {
	switch {
	case len(text) > maxCatalog:
		return nil, fmt.Errorf("it is larger than %d bytes", maxCatalog)
	case !utf8.ValidString(text):
		return nil, errors.New("it is not UTF-8")
	}
	r := poReader{c: newCatalog()}
	n := 0
	text = strings.TrimPrefix(text, "\ufeff") // the byte order mark of some editors
	for line := range strings.SplitSeq(text, "\n") {
		n++
		if err := r.read(n, strings.TrimSpace(line)); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := r.end(); err != nil {
		return nil, fmt.Errorf("line %d: %w", n, err)
	}
	return r.c, nil
}

type poReader struct {
	c     *Catalog
	entry poEntry
	into  *string // what a line with a text alone continues, nil for none
	more  []byte  // what those lines have so far
}

// read reads one line.
func (r *poReader) read(n int, line string) error {
	switch {
	case line == "":
		return r.end()
	case strings.HasPrefix(line, "#"):
		if r.entry.translated {
			if err := r.end(); err != nil {
				return err
			}
		}
		if flags, ok := strings.CutPrefix(line, "#,"); ok {
			for flag := range strings.SplitSeq(flags, ",") {
				r.entry.fuzzy = r.entry.fuzzy || strings.TrimSpace(flag) == "fuzzy"
			}
		}
		return nil
	case line[0] == '"':
		text, err := unquote(line)
		switch {
		case err != nil:
			return err
		case r.into == nil:
			return errors.New("a text that continues nothing")
		}
		r.more = append(r.more, text...)
		return nil
	}
	r.endText()
	keyword, rest, ok := strings.Cut(line, "\"")
	if !ok {
		return fmt.Errorf("%q is neither a keyword with a text nor a comment", clip(line))
	}
	text, err := unquote("\"" + rest)
	if err != nil {
		return err
	}
	return r.keyword(n, strings.TrimSpace(keyword), text)
}

func (r *poReader) keyword(n int, keyword, text string) error {
	e := &r.entry
	if e.translated && (keyword == "msgctxt" || keyword == "msgid") {
		if err := r.end(); err != nil {
			return err
		}
	}
	if e.line == 0 {
		e.line = n
	}
	index := 0
	if number, ok := strings.CutPrefix(keyword, "msgstr["); ok {
		var err error
		if index, err = strconv.Atoi(strings.TrimSuffix(number, "]")); err != nil || index < 0 || index >= maxForms {
			return fmt.Errorf("%s must be msgstr[0] to msgstr[%d]", keyword, maxForms-1)
		}
		keyword = "msgstr[]"
	}
	switch keyword {
	case "msgctxt":
		return r.set(&e.context, keyword, text)
	case "msgid":
		return r.set(&e.id, keyword, text)
	case "msgid_plural":
		return r.set(&e.plural, keyword, text)
	case "msgstr", "msgstr[]":
		if e.id == nil || (e.plural != nil) != (keyword == "msgstr[]") {
			return fmt.Errorf("%s does not fit what stands before it", strings.TrimSuffix(keyword, "[]"))
		}
		if e.has[index] {
			return fmt.Errorf("form %d is there twice", index)
		}
		for len(e.forms) <= index {
			e.forms = append(e.forms, "")
		}
		if e.has == nil {
			e.has = map[int]bool{}
		}
		e.has[index], e.translated = true, true
		e.forms[index], r.into = text, &e.forms[index]
		return nil
	}
	return fmt.Errorf("the keyword %q is not known", clip(keyword))
}

func (r *poReader) set(to **string, keyword, text string) error {
	if *to != nil {
		return fmt.Errorf("a second %s", keyword)
	}
	*to = &text
	r.into = *to
	return nil
}

// endText adds the lines of a text to its first one.
func (r *poReader) endText() {
	if r.into != nil {
		*r.into += string(r.more)
	}
	r.into, r.more = nil, r.more[:0]
}

// end keeps the message that was read.
func (r *poReader) end() error {
	r.endText()
	e := r.entry
	r.entry = poEntry{}
	if e.line == 0 || !e.translated && e.id == nil {
		return nil
	}
	if e.id == nil || !e.translated {
		return fmt.Errorf("the message of line %d is not complete", e.line)
	}
	key := *e.id
	if e.context != nil {
		key = joined(*e.context, key)
	}
	if key == "" {
		return r.c.header(e.forms[0])
	}
	if !e.fuzzy {
		if r.c.messages[key] != nil {
			return fmt.Errorf("the message %q of line %d is there twice", clip(*e.id), e.line)
		}
		ids := []string{*e.id}
		if e.plural != nil {
			ids = append(ids, *e.plural)
		}
		if err := r.c.add(key, ids, e.forms); err != nil {
			return fmt.Errorf("the message of line %d: %w", e.line, err)
		}
	}
	return nil
}

// unquote reads a text in quotes with C's escapes.
func unquote(s string) (string, error) {
	if len(s) < 2 || s[len(s)-1] != '"' {
		return "", errors.New("a text does not end")
	}
	s = s[1 : len(s)-1]
	if !strings.ContainsAny(s, `\"`) {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return "", errors.New(`a " within a text; write \"`)
		case s[i] != '\\':
			b.WriteByte(s[i])
			continue
		}
		if i++; i == len(s) {
			return "", errors.New("a text does not end")
		}
		const from, to = `abfnrtv\"'?/`, "\a\b\f\n\r\t\v\\\"'?/"
		at := strings.IndexByte(from, s[i])
		if at < 0 {
			return "", fmt.Errorf(`the escape \%c is not known`, s[i])
		}
		b.WriteByte(to[at])
	}
	return b.String(), nil
}
