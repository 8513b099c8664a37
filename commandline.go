package dewar

import (
	"context"
	"flag"
	"fmt"
	"io"
	"regexp"
	"slices"

	"github.com/dewar-go/dewar/internal/clihook"
)

// A Command is a command that an extension or the application adds to the command line of package cli, beside run, routes,
// check and secret. Add it with [AddCommand].
type Command struct {
	// Name is what is written to call it: one or two words of a to z, digits and hyphens, such as "audit verify".
	Name string
	// Usage says in one line what it does.
	Usage string
	// Args names its arguments for the help, such as "USER". Default: none, and a command line with some is refused.
	Args string
	// Flags are its options, bound to variables of whoever adds the command. Default: none.
	Flags *flag.FlagSet
	// Run does the work. The app is frozen and has its keys, and nothing is open: a command that needs what the app
	// opens calls [App.Start] first. The app is closed behind it. ctx ends with an interrupt or SIGTERM. An error is
	// written to the standard error and makes the exit status 1.
	Run func(ctx context.Context, line CommandLine) error
}

// A CommandLine is what a [Command] was called with.
type CommandLine struct {
	// Args are the arguments that are no options.
	Args []string
	// Stdout is for the result, Stderr for everything else.
	Stdout, Stderr io.Writer
}

var commandName = regexp.MustCompile(`^[a-z][a-z0-9-]*( [a-z][a-z0-9-]*)?$`)

// AddCommand adds a command to the app's command line, Flask's app.cli.command:
//
//	dewar.AddCommand(app, dewar.Command{Name: "import", Usage: "read users from a file", Args: "FILE", Run: importUsers})
//
// A name that is taken or malformed, and a command without Run, panics.
func AddCommand(a *App, c Command) {
	loc := callerLocation()
	a.root.changing("AddCommand", loc)
	switch taken := func(other Command) bool { return other.Name == c.Name }; {
	case !commandName.MatchString(c.Name):
		panic(fmt.Sprintf("dewar: AddCommand at %s: the name %q is not one or two words of a to z, 0 to 9 and -", loc, c.Name))
	case c.Run == nil:
		panic(fmt.Sprintf("dewar: AddCommand at %s: the command %q has no Run", loc, c.Name))
	case slices.ContainsFunc(a.commands, taken):
		panic(fmt.Sprintf("dewar: AddCommand at %s: there is a command %q already", loc, c.Name))
	}
	a.commands = append(a.commands, c)
}

func init() {
	clihook.Commands = func(app any) any { return app.(*App).commands }
	clihook.Prepare = func(app any) error {
		a := app.(*App)
		if err := a.build(loopback); err != nil {
			return err
		}
		return a.openKeys()
	}
	clihook.Overlay = func(app, base any) {
		a, c := app.(*App), base.(Config)
		a.root.changing("the command line", callerLocation())
		a.cfg.Debug = a.cfg.Debug || c.Debug
		a.cfg.Loopback = a.cfg.Loopback || c.Loopback
		for to, from := range map[*string]string{
			&a.cfg.InstanceDir: c.InstanceDir, &a.cfg.TLSCertFile: c.TLSCertFile, &a.cfg.TLSKeyFile: c.TLSKeyFile,
		} {
			if from != "" {
				*to = from
			}
		}
		if a.ownLog {
			a.cfg.Logger = nil
			a.cfg.setDefaults()
			a.log = a.cfg.Logger
		}
	}
}
