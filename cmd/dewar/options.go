package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// An optionSet maps the names of a command's options, as in "o output", to functions that set them. Names that end in
// "!" take no value. Options and arguments may be mixed.
type optionSet map[string]func(value string) error

func text(to *string) func(string) error { return func(v string) error { *to = v; return nil } }

func on(to *bool) func(string) error { return func(string) error { *to = true; return nil } }

// errHelp says that help was asked for.
var errHelp = errors.New("help")

// parse sets the options in args and returns the other arguments.
func (o optionSet) parse(args []string) (rest []string, err error) {
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			return append(rest, args...), nil
		}
		if arg == "-" || !strings.HasPrefix(arg, "-") {
			rest = append(rest, arg)
			continue
		}
		name, value, given := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if name == "h" || name == "help" {
			return nil, errHelp
		}
		set, takes := o.find(name)
		if set == nil && !strings.HasPrefix(arg, "--") && len(name) > 1 { // -Dname=value
			if set, takes = o.find(name[:1]); takes {
				name, value, given = name[:1], arg[2:], true
			} else {
				set = nil
			}
		}
		switch {
		case set == nil:
			return nil, fmt.Errorf("dewar: there is no option %s", arg)
		case takes && !given && len(args) == 0:
			return nil, fmt.Errorf("dewar: the option %s needs a value", arg)
		case !takes && given:
			return nil, fmt.Errorf("dewar: the option %s takes no value", arg)
		case takes && !given:
			value, args = args[0], args[1:]
		}
		if err := set(value); err != nil {
			return nil, fmt.Errorf("dewar: the option --%s: %w", name, err)
		}
	}
	return rest, nil
}

func (o optionSet) find(name string) (set func(string) error, takes bool) {
	for names, set := range o {
		list, flag := strings.CutSuffix(names, "!")
		for n := range strings.FieldsSeq(list) {
			if n == name {
				return set, !flag
			}
		}
	}
	return nil, false
}

// usage is an error that is shown with the usage of a command.
type usage struct {
	text string
	err  error // nil when help was asked for
}

func (u *usage) Error() string {
	if u.err == nil {
		return u.text
	}
	return u.err.Error() + "\n" + u.text
}

func (u *usage) Is(target error) bool { return target == errHelp && u.err == nil }

// usageError returns err with the usage of a command. A nil err says that arguments are missing.
func usageError(err error, text string) error {
	switch {
	case errors.Is(err, errHelp):
		return &usage{text, nil}
	case err == nil:
		err = errors.New("dewar: what to read is missing")
	}
	return &usage{text, err}
}

// writeTo writes to a file, or to stdout when name is empty. Nothing is written to the file when write fails.
func writeTo(name string, stdout io.Writer, write func(w io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	if name == "" || name == "-" {
		if _, err := stdout.Write(b.Bytes()); err != nil {
			return fmt.Errorf("dewar: %w", err)
		}
		return nil
	}
	if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil { //nolint:gosec // a page or a catalogue, for all to read
		return fmt.Errorf("dewar: %w", err)
	}
	return nil
}
