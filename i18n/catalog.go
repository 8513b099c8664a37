package i18n

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Catalog has the messages of one locale.
type Catalog struct {
	messages map[string][]string // by context and text; a plural's forms
	plural   plural
}

// maxCatalog bounds a catalogue, in bytes.
const maxCatalog = 32 << 20

// joined is how .mo files name a message with a context.
func joined(context, id string) string { return context + "\x04" + id }

func newCatalog() *Catalog { return &Catalog{messages: map[string][]string{}, plural: germanic} }

// Len is how many messages there are.
func (c *Catalog) Len() int { return len(c.messages) }

// add keeps a message that is translated. ids are its text and its plural.
func (c *Catalog) add(key string, ids, forms []string) error {
	if len(forms) > maxForms {
		return fmt.Errorf("%q has more than %d forms", clip(ids[0]), maxForms)
	}
	if slices.Contains(forms, "") {
		return nil
	}
	if err := checkFormat(ids, forms); err != nil {
		return err
	}
	if len(forms) > 0 {
		c.messages[key] = forms
	}
	return nil
}

// header reads the entry of the empty text.
func (c *Catalog) header(text string) error {
	for line := range strings.SplitSeq(text, "\n") {
		name, value, _ := strings.Cut(line, ":")
		switch value = strings.TrimSpace(value); strings.ToLower(strings.TrimSpace(name)) {
		case "content-type":
			_, charset, ok := strings.Cut(strings.ToLower(value), "charset=")
			if charset = strings.TrimSpace(charset); ok && charset != "utf-8" && charset != "utf8" && charset != "us-ascii" && charset != "charset" {
				return fmt.Errorf("the charset is %s; save it as UTF-8", clip(charset))
			}
		case "plural-forms":
			p, err := parsePlural(value)
			if err != nil {
				return err
			}
			c.plural = p
		}
	}
	return nil
}

// find returns the translation of a message, if there is one.
func (c *Catalog) find(key string) (string, bool) {
	if forms := c.messages[key]; len(forms) > 0 {
		return forms[0], true
	}
	return "", false
}

// findPlural returns the translation for n. A message without forms has none for any number.
func (c *Catalog) findPlural(key string, n int64) (string, bool) {
	forms := c.messages[key]
	if len(forms) < 2 && c.plural.forms > 1 || len(forms) == 0 {
		return "", false
	}
	return forms[min(c.plural.of(n), len(forms)-1)], true
}

var errMO = errors.New("it is no .mo file")

// ParseMO reads a compiled catalogue, of either byte order.
func ParseMO(data []byte) (*Catalog, error) {
	if len(data) < 28 {
		return nil, errMO
	}
	if len(data) > maxCatalog {
		return nil, fmt.Errorf("it is larger than %d bytes", maxCatalog)
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch binary.LittleEndian.Uint32(data) {
	case 0x950412de:
	case 0xde120495:
		order = binary.BigEndian
	default:
		return nil, errMO
	}
	if major := order.Uint32(data[4:]) >> 16; major > 1 {
		return nil, fmt.Errorf("its version %d is not known", major)
	}
	count := uint64(order.Uint32(data[8:]))
	text := func(table uint32, i uint64) (string, bool) {
		at := uint64(table) + 8*i
		if at+8 > uint64(len(data)) {
			return "", false
		}
		size, offset := uint64(order.Uint32(data[at:])), uint64(order.Uint32(data[at+4:]))
		if offset+size > uint64(len(data)) {
			return "", false
		}
		return string(data[offset : offset+size]), true
	}
	c := newCatalog()
	ids, values := order.Uint32(data[12:]), order.Uint32(data[16:])
	if count > uint64(len(data))/16 {
		return nil, errors.New("it is cut off")
	}
	total := 0
	for i := range count {
		id, ok := text(ids, i)
		value, also := text(values, i)
		if total += len(id) + len(value); !ok || !also || total > maxCatalog {
			return nil, errors.New("it is cut off")
		}
		if !utf8.ValidString(id) || !utf8.ValidString(value) {
			return nil, errors.New("it is not UTF-8")
		}
		if id == "" {
			if err := c.header(value); err != nil {
				return nil, err
			}
			continue
		}
		id, many, several := strings.Cut(id, "\x00")
		_, text, hasContext := strings.Cut(id, "\x04")
		if !hasContext {
			text = id
		}
		ids, forms := []string{text}, []string{value}
		if several {
			ids, forms = append(ids, many), strings.SplitN(value, "\x00", maxForms+1)
		}
		if err := c.add(id, ids, forms); err != nil {
			return nil, err
		}
	}
	return c, nil
}
