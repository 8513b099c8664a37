// Package scan turns text into Go values. Settings, the values of a request and the fields of forms are all read by it.
package scan

import (
	"encoding"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
)

var (
	durationType = reflect.TypeFor[time.Duration]()
	timeType     = reflect.TypeFor[time.Time]()
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
	urlType      = reflect.TypeFor[url.URL]()
)

// IsText reports whether *t implements encoding.TextUnmarshaler, or t is url.URL, which is read in the same way.
func IsText(t reflect.Type) bool { return t == urlType || reflect.PointerTo(t).Implements(textType) }

// An Error says that a text is no value of the type it is meant for.
type Error struct {
	// Message names the text and what is expected. It is for the person who wrote the text.
	Message string
	// Reason says what is expected and does not repeat the text. It may be sent to a client.
	Reason string
}

// Error returns the Message.
func (e *Error) Error() string { return e.Message }

const unfit = "the value does not fit"

// A TypeError says that values of the type cannot be read from text. It is a mistake in the program.
type TypeError struct{ Type reflect.Type }

// Error names the type.
func (e *TypeError) Error() string {
	return fmt.Sprintf("a field of type %v cannot be read from text", e.Type)
}

// maxOwnText bounds the text of a type that reads it itself and is no text: a big.Int of a million digits takes seconds.
const maxOwnText = 10_000

// Text sets to by a text. It reads strings, booleans ([Bool]), numbers of any size, durations ([Duration]), times
// ([Layout]), bytes, url.URL, and types that implement encoding.TextUnmarshaler, whose errors are returned unchanged; one that
// is neither a string nor a slice gets at most 10,000 bytes. Any other
// error is an [*Error] or a [*TypeError]. On an error the value is unchanged.
func Text(to reflect.Value, text string) error { return Layout("").Text(to, text) }

// Text is the function [Text] with times in this layout.
func (l Layout) Text(to reflect.Value, text string) error {
	if to.Type() == timeType {
		t, err := l.time(text)
		if err == nil {
			to.Set(reflect.ValueOf(t))
		}
		return err
	}
	if to.Type() == urlType {
		u, err := url.Parse(text)
		if err != nil {
			return &Error{fmt.Sprintf("%q is no URL", text), "a URL is needed"}
		}
		to.Set(reflect.ValueOf(*u))
		return nil
	}
	if u, ok := to.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if to.Kind() != reflect.String && to.Kind() != reflect.Slice && len(text) > maxOwnText {
			return &Error{fmt.Sprintf("a text of %d bytes is no %v", len(text), to.Type()), fmt.Sprintf("it may have %d bytes", maxOwnText)}
		}
		return u.UnmarshalText([]byte(text))
	}
	t := to.Type()
	if t == durationType {
		d, err := Duration(text)
		if err == nil {
			to.SetInt(int64(d))
		}
		return err
	}
	switch {
	case to.Kind() == reflect.String:
		to.SetString(text)
	case to.Kind() == reflect.Bool:
		on, err := Bool(text)
		if err != nil {
			return err
		}
		to.SetBool(on)
	case to.CanInt():
		n, err := strconv.ParseInt(text, 10, t.Bits())
		if err != nil {
			return notNumber(err, text, fmt.Sprintf("whole number of %d bits", t.Bits()))
		}
		to.SetInt(n)
	case to.CanUint():
		n, err := strconv.ParseUint(text, 10, t.Bits())
		if err != nil {
			return notNumber(err, text, fmt.Sprintf("whole number from zero of %d bits", t.Bits()))
		}
		to.SetUint(n)
	case to.CanFloat():
		n, err := strconv.ParseFloat(text, t.Bits())
		if err != nil {
			return notNumber(err, text, "number")
		}
		to.SetFloat(n)
	case isBytes(t):
		to.SetBytes([]byte(text))
	default:
		return &TypeError{t}
	}
	return nil
}

// notNumber describes strconv's error about a text.
func notNumber(err error, text, kind string) error {
	reason := "a number is needed"
	if errors.Is(err, strconv.ErrRange) {
		reason = "the number is out of range"
	}
	return &Error{fmt.Sprintf("%q is no %s", text, kind), reason}
}

func isBytes(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
}

// Values sets to by the texts that were sent under one name, of which there is at least one. A slice takes all of them,
// any other type the first. A pointer is set to a new value; an empty text makes it nil, unless it points to a string
// or to bytes. An empty text is false for a boolean: forms send it for a checkbox without a value.
func Values(to reflect.Value, texts []string) error { return Layout("").Values(to, texts) }

// Values is the function [Values] with times in this layout.
func (l Layout) Values(to reflect.Value, texts []string) error {
	t := to.Type()
	switch {
	case t.Kind() == reflect.Pointer:
		if texts[0] == "" && t.Elem().Kind() != reflect.String && !isBytes(t.Elem()) {
			to.SetZero()
			return nil
		}
		item := reflect.New(t.Elem())
		if err := l.Values(item.Elem(), texts); err != nil {
			return err
		}
		to.Set(item)
		return nil
	case t.Kind() == reflect.Slice && !isBytes(t) && !IsText(t):
		list := reflect.MakeSlice(t, len(texts), len(texts))
		for i := range texts {
			if err := l.Values(list.Index(i), texts[i:i+1]); err != nil {
				return err
			}
		}
		to.Set(list)
		return nil
	case t.Kind() == reflect.Bool && !IsText(t) && texts[0] == "":
		to.SetBool(false)
		return nil
	}
	return l.Text(to, texts[0])
}

// Duration reads a duration as time.ParseDuration does ("90s", "12h"), or a whole number of seconds, as Flask's
// settings have it.
func Duration(text string) (time.Duration, error) {
	if n, err := strconv.ParseInt(text, 10, 32); err == nil {
		return time.Duration(n) * time.Second, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, &Error{
			fmt.Sprintf("%q is no duration; write 90s, 15m or 12h, or a number of seconds", text),
			unfit,
		}
	}
	return d, nil
}

// Bool reads 1, true, yes and on as true, and 0, false, no and off as false, in upper or lower case.
func Bool(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "1", "true", "yes", "on":
		return true, nil
	case "0", "false", "no", "off":
		return false, nil
	}
	return false, &Error{fmt.Sprintf("%q is neither true nor false", text), unfit}
}

// FieldAt finds a field of a struct by its index, as of reflect.VisibleFields, and makes the embedded structs on the way.
func FieldAt(v reflect.Value, index []int) reflect.Value {
	for i, at := range index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(at)
	}
	return v
}

// Reach returns the error of a field of the struct t that FieldAt cannot find, since the pointer on the way is not exported.
func Reach(t reflect.Type, index []int) error {
	for n := 1; n < len(index); n++ {
		if e := t.FieldByIndex(index[:n]); e.Type.Kind() == reflect.Pointer && !e.IsExported() {
			return fmt.Errorf("%v embeds a pointer to the unexported %s, which cannot be filled; embed the struct itself", t, e.Name)
		}
	}
	return nil
}
