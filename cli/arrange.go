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
	args = shortHost(root, args)
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
	if len(before) == 0 {
		return args, nil
	}
	// The options are inserted after the command that has them.
	at := 0
	for c := root; at < len(args); at++ {
		i := slices.IndexFunc(c.Commands, func(sub *urfave.Command) bool { return sub.Name == args[at] })
		if i < 0 {
			break
		}
		c = c.Commands[i]
	}
	if at == 0 {
		return args, nil // an unknown command, which is reported later
	}
	return slices.Concat(args[:at], before, args[at:]), nil
}

// shortHost reads "-h ADDRESS" as flask run does; -h alone asks for help.
func shortHost(root *urfave.Command, args []string) []string {
	for i, arg := range args[:max(len(args)-1, 0)] {
		if next := args[i+1]; arg == "-h" && !strings.HasPrefix(next, "-") && !slices.Contains(names(root), next) {
			args = slices.Clone(args)
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

// noOption returns the message for an unknown option.
func noOption(name string, flags []urfave.Flag) string {
	var known []string
	for _, f := range flags {
		known = append(known, f.Names()...)
	}
	text := "there is no option --" + name
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
