package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	urfave "github.com/urfave/cli/v3"

	"github.com/dewar-go/dewar"
)

// A Factory makes the application. base has the settings of the command line; everything else in it is zero.
type Factory = func(base dewar.Config) (*dewar.App, error)

// Main runs the command line of the process and exits with its status.
func Main(newApp Factory) {
	os.Exit(Run(context.Background(), newApp, os.Args, os.Stdout, os.Stderr))
}

// Run runs a command line and returns its exit status: 0, 1 or 2, see the package comment. args begins with the
// program's name. Results are written to stdout, everything else to stderr. When ctx is done, a running application is
// shut down.
func Run(ctx context.Context, newApp Factory, args []string, stdout, stderr io.Writer) int {
	p := &program{newApp: newApp, stdout: stdout, stderr: stderr, host: "127.0.0.1", port: 5000}
	return p.execute(ctx, args)
}

// program is the state of one command line.
type program struct {
	newApp         Factory
	stdout, stderr io.Writer

	// host is where run listens by default. addr replaces it when it is no host and port.
	host string
	port int
	addr string
}

// execute runs the command that args name and returns the exit status.
func (p *program) execute(ctx context.Context, args []string) int {
	name := "app"
	if len(args) > 0 {
		name = filepath.Base(args[0])
		args = args[1:]
	}
	root := p.command(name)
	err := mistakes(func() error { return p.addCommands(root, args) })
	if err == nil {
		args, err = arrange(root, args)
	}
	if err == nil {
		err = mistakes(func() error { return root.Run(ctx, append([]string{name}, args...)) })
	}
	var usage *usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		fmt.Fprintf(p.stderr, "%s: %s\nTry %q.\n", name, usage.text, name+" "+usage.help)
		return 2
	}
	if !errors.Is(err, errFindings) {
		fmt.Fprintln(p.stderr, err)
	}
	return 1
}

// command returns the tree of commands.
func (p *program) command(name string) *urfave.Command {
	root := &urfave.Command{
		Name:            name,
		Usage:           "a web application made with Dewar",
		Description:     "Without a command the application is served: the options of run may follow the program's name.",
		HideVersion:     true,
		HideHelpCommand: true,
		Commands:        []*urfave.Command{p.run(), p.routes(), p.check(), p.secret(), p.request()},
	}
	p.complete(root, "--help")
	return root
}

// complete sets what all commands need: the writers, errors that are returned instead of ending the process, and an
// error for extra arguments.
func (p *program) complete(c *urfave.Command, help string) {
	c.Writer, c.ErrWriter = p.stdout, p.stderr
	c.ExitErrHandler = func(context.Context, *urfave.Command, error) {}
	c.OnUsageError = func(_ context.Context, c *urfave.Command, err error, _ bool) error {
		text := strings.TrimSuffix(firstLine(err.Error()), ".")
		if option, unknown := strings.CutPrefix(text, "flag provided but not defined: -"); unknown {
			text = noOption(option, c.Flags)
		} else if value, ok := strings.CutPrefix(text, "invalid value "); ok {
			value, option, _ = strings.Cut(value, " for flag -")
			option, _, _ = strings.Cut(option, ":")
			text = fmt.Sprintf("--%s: %s is not what it takes", option, value)
		}
		return &usageError{text, help}
	}
	action := c.Action
	c.Action = func(ctx context.Context, c *urfave.Command) error {
		switch {
		case action == nil && c.Args().Present():
			return &usageError{noCommand(c.Args().First(), c), help}
		case action == nil:
			return &usageError{"which command? " + strings.Join(names(c), ", "), help}
		case c.Args().Present() && c.ArgsUsage == "":
			return &usageError{fmt.Sprintf("unexpected argument %q", c.Args().First()), help}
		}
		return action(ctx, c)
	}
	for _, sub := range c.Commands {
		p.complete(sub, strings.TrimPrefix(strings.TrimSuffix(help, "--help")+sub.Name+" --help", " "))
	}
}

func names(c *urfave.Command) (list []string) {
	for _, sub := range c.Commands {
		list = append(list, sub.Name)
	}
	return list
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// A usageError says that a command line cannot be understood.
type usageError struct{ text, help string }

func (e *usageError) Error() string { return "cli: " + e.text }

// options returns the options that set the application's configuration.
func options() []urfave.Flag {
	return []urfave.Flag{
		&urfave.StringFlag{Name: "instance", Usage: "keep the database, keys and configuration in `DIR`", DefaultText: "instance"},
		&urfave.BoolFlag{Name: "debug", Usage: "show errors in the browser and reload templates (on a loopback address only)"},
	}
}

// app makes the application with the settings of the command line.
func (p *program) app(c *urfave.Command, onListen func(string, net.Addr)) (*dewar.App, error) {
	return p.appWith(c, func(base *dewar.Config) { base.OnListen = onListen })
}

// appWith is app for a command that sets more of the configuration.
func (p *program) appWith(c *urfave.Command, set func(base *dewar.Config)) (*dewar.App, error) {
	base := dewar.Config{
		InstanceDir: c.String("instance"), Debug: c.Bool("debug"),
		TLSCertFile: c.String("cert"), TLSKeyFile: c.String("key"),
	}
	set(&base)
	info, err := os.Stat(base.InstanceDir)
	if err == nil && !info.IsDir() || errors.Is(err, syscall.ENOTDIR) {
		return nil, fmt.Errorf("cli: the instance folder %s is not a folder, or lies below a file: name another with --instance", base.InstanceDir)
	}
	return p.newApp(base)
}
