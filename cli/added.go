package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	urfave "github.com/urfave/cli/v3"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/internal/clihook"
)

// addCommands adds the commands of extensions and of the application to the tree. They are known when the application is
// made, which is done only for a command line that names none of cli's own. For the help an application that cannot be
// made has none.
func (p *program) addCommands(root *urfave.Command, args []string) error {
	own := names(root)
	word, base := scan(root, likeClick(root, args))
	help := word == "" && slices.ContainsFunc(args, isHelp)
	if !help && (word == "" || slices.Contains(own, word)) {
		return nil
	}
	app, err := p.newApp(base)
	if help && err != nil {
		return nil
	}
	if err != nil {
		return err
	}
	for _, c := range clihook.Commands(app).([]dewar.Command) {
		parent, name := root, c.Name
		if group, rest, ok := strings.Cut(c.Name, " "); ok {
			name, parent = rest, child(root, group)
			if parent == nil {
				parent = &urfave.Command{Name: group}
				root.Commands = append(root.Commands, parent)
			}
		}
		if child(parent, name) != nil || parent != root && (parent.Action != nil || slices.Contains(own, parent.Name)) {
			return fmt.Errorf("cli: the command %q is taken: give it another name", c.Name)
		}
		parent.Commands = append(parent.Commands, p.added(app, name, c))
	}
	for _, c := range root.Commands[len(own):] {
		if c.Usage == "" {
			c.Usage = strings.Join(names(c), ", ")
		}
		p.complete(c, c.Name+" --help")
	}
	return nil
}

// added is the command of an application that was made.
func (p *program) added(app *dewar.App, name string, c dewar.Command) *urfave.Command {
	cmd := &urfave.Command{Name: name, Usage: c.Usage, ArgsUsage: c.Args, Flags: options()}
	if c.Flags != nil {
		c.Flags.VisitAll(func(f *flag.Flag) { cmd.Flags = append(cmd.Flags, option(f)) })
	}
	cmd.Action = func(ctx context.Context, given *urfave.Command) (err error) {
		if c.Flags != nil {
			c.Flags.VisitAll(func(f *flag.Flag) {
				if err == nil && given.IsSet(f.Name) && f.Value.Set(fmt.Sprint(given.Value(f.Name))) != nil {
					err = &usageError{fmt.Sprintf("--%s: %q is not what it takes", f.Name, given.Value(f.Name)), c.Name + " --help"}
				}
			})
		}
		if err != nil {
			return err
		}
		if err := clihook.Prepare(app); err != nil {
			return err
		}
		ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
		defer stop()
		err = c.Run(ctx, dewar.CommandLine{Args: given.Args().Slice(), Stdout: p.stdout, Stderr: p.stderr})
		ends, cancel := context.WithTimeout(context.WithoutCancel(ctx), app.Config().ShutdownTimeout)
		defer cancel()
		return errors.Join(err, app.Close(ends))
	}
	return cmd
}

// option is an option of the standard library's as one of urfave's.
func option(f *flag.Flag) urfave.Flag {
	if b, ok := f.Value.(interface{ IsBoolFlag() bool }); ok && b.IsBoolFlag() {
		return &urfave.BoolFlag{Name: f.Name, Usage: f.Usage}
	}
	return &urfave.StringFlag{Name: f.Name, Usage: f.Usage, DefaultText: f.DefValue}
}

func child(c *urfave.Command, name string) *urfave.Command {
	for _, sub := range c.Commands {
		if sub.Name == name {
			return sub
		}
	}
	return nil
}

// scan returns the first word of a command line that is no option nor the value of one, and what the options that every
// command has say.
func scan(root *urfave.Command, args []string) (word string, base dewar.Config) {
	for i := 0; i < len(args); i++ {
		if !strings.HasPrefix(args[i], "-") {
			if word == "" {
				word = args[i]
			}
			continue
		}
		name, value, hasValue := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		flag, _ := findFlag(root, name)
		if _, isBool := flag.(*urfave.BoolFlag); flag != nil && !isBool && !hasValue && i+1 < len(args) {
			i++
			value = args[i]
		}
		switch name {
		case "instance":
			base.InstanceDir = value
		case "debug":
			base.Debug = !hasValue || value == "true"
		}
	}
	return word, base
}
