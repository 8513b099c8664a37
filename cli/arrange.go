package cli

import (
	"fmt"
	"slices"
	"strings"

	urfave "github.com/urfave/cli/v3"

	"github.com/dewar-go/dewar/internal/spell"
)

// arrange moves options before the command behind it, and inserts "run" when no command is named: "shop --debug routes"
// becomes "shop routes --debug", and "shop --port 8000" becomes "shop run --port 8000".
func arrange(root *urfave.Command, args []string) ([]string, error) {
	args = likeClick(root, args)
	var before []string
	for len(args) > 0 && strings.HasPrefix(args[0], "-") && args[0] != "-" && args[0] != "--" {
		if isHelp(args[0]) {
			if before == nil && len(args) == 1 {
				return args, nil
			}
			before, args = append(before, args[0]), args[1:]
			continue
		}
		name, _, hasValue := strings.Cut(strings.TrimLeft(args[0], "-"), "=")
		flag, all := findFlag(root, name)
		if flag == nil {
			return nil, &usageError{noOption(name, all), "run --help"}
		}
		n := 1
		if _, isBool := flag.(*urfave.BoolFlag); !isBool && !hasValue && len(args) > 1 {
			n = 2
		}
		before, args = append(before, args[:n]...), args[n:]
	}
	if len(args) == 0 {
		return append([]string{"run"}, before...), nil
	}
	// The options are inserted after the command that has them. An unknown command is one whatever follows it.
	at := 0
	for c := root; at < len(args) && len(c.Commands) > 0 && !strings.HasPrefix(args[at], "-"); at++ {
		sub := child(c, args[at])
		if sub == nil {
			return nil, &usageError{noCommand(args[at], c), strings.Join(append(args[:at:at], "--help"), " ")}
		}
		c = sub
	}
	return slices.Concat(args[:at], before, args[at:]), nil
}

// always are the options of flask run that ask for what a program does in any case.
var always = []string{"--no-debug", "--no-reload", "--no-debugger", "--with-threads"}

// likeClick reads options as flask run does: "-pPORT", "-h ADDRESS" (-h alone asks for help), and those that say what
// is so in any case.
func likeClick(root *urfave.Command, args []string) []string {
	args = slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return slices.Contains(always, arg) })
	for i, arg := range args {
		if port, ok := strings.CutPrefix(arg, "-p"); ok && port != "" && strings.Trim(port, "0123456789") == "" {
			args[i] = "--port=" + port
		}
	}
	for i, arg := range args[:max(len(args)-1, 0)] {
		if next := args[i+1]; arg == "-h" && !strings.HasPrefix(next, "-") && !slices.Contains(names(root), next) {
			args[i] = "--host"
			return args
		}
	}
	return args
}

func isHelp(arg string) bool { return arg == "-h" || arg == "-help" || arg == "--help" }

// findFlag returns the option with the name of any command, and all options.
func findFlag(c *urfave.Command, name string) (found urfave.Flag, all []urfave.Flag) {
	all = append(all, c.Flags...)
	for _, f := range c.Flags {
		if slices.Contains(f.Names(), name) {
			found = f
		}
	}
	for _, sub := range c.Commands {
		below, list := findFlag(sub, name)
		if found == nil {
			found = below
		}
		all = append(all, list...)
	}
	return found, all
}

// insteadOf says what there is in place of other options of flask.
var insteadOf = map[string]string{
	"reload":   "templates are read anew with --debug, and a changed program is built anew",
	"debugger": "--debug shows errors in the browser", "without-threads": "requests always run side by side",
	"app": "the commands are those of this program", "env-file": "the file .env is read with --debug",
	"sort": "routes are listed in the order of their registration; use sort(1)", "all-methods": "all methods are listed",
	"version": "\"go version -m\" tells what a program is built of",
}

// noOption returns the message for an unknown option.
func noOption(name string, flags []urfave.Flag) string {
	var known []string
	for _, f := range flags {
		known = append(known, f.Names()...)
	}
	text := "there is no option --" + name
	if instead := insteadOf[name]; instead != "" {
		return text + ": " + instead
	}
	if len(name) == 1 {
		text = "there is no option -" + name
	}
	if meant := spell.Nearest(name, known); meant != "" {
		text += "; did you mean --" + meant + "?"
	}
	return text
}

// noCommand returns the message for an unknown command below c.
func noCommand(name string, c *urfave.Command) string {
	text := fmt.Sprintf("there is no command %q", name)
	if meant := spell.Nearest(name, names(c)); meant != "" {
		return text + fmt.Sprintf("; did you mean %q?", meant)
	}
	return text + "; there are " + strings.Join(names(c), ", ")
}
