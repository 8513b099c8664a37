package cli

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
)

// TestAddedCommands: commands of an application are called, listed and misspelt like cli's own.
func TestAddedCommands(t *testing.T) {
	var closed, made int
	var instance string
	factory := func(base dewar.Config) (*dewar.App, error) {
		made++
		instance = base.InstanceDir
		base.Logger = slog.New(slog.DiscardHandler)
		app := dewar.New(base)
		app.OnClose(func(context.Context) error { closed++; return nil })
		flags := flag.NewFlagSet("", flag.ContinueOnError)
		n, loud := flags.Int("n", 1, "how often"), flags.Bool("loud", false, "shout")
		dewar.AddCommand(app, dewar.Command{Name: "say hello", Usage: "greet", Args: "NAME", Flags: flags, Run: func(_ context.Context, line dewar.CommandLine) error {
			text := fmt.Sprint(strings.Join(line.Args, "+"), *n, app.Keys() != nil)
			if *loud {
				text = strings.ToUpper(text)
			}
			fmt.Fprintln(line.Stdout, text)
			return nil
		}})
		dewar.AddCommand(app, dewar.Command{Name: "fail", Usage: "never works", Run: func(context.Context, dewar.CommandLine) error { return errors.New("shop: it did not work") }})
		return app, nil
	}
	for _, row := range []struct {
		args, stdout, stderr string
		status               int
	}{
		{args: "say hello ann bob --instance DIR", stdout: "ann+bob1 true\n"},
		{args: "say hello ann --n 3 --loud --instance DIR", stdout: "ANN3 TRUE\n"},
		{args: "--n=3 say hello ann --instance DIR", stdout: "ann3 true\n"},
		{args: "say hello --n x --instance DIR", stderr: `--n: "x" is not what it takes`, status: 2},
		{args: "say hello --m 1", stderr: "there is no option -m", status: 2},
		{args: "say helo", stderr: `did you mean "hello"?`, status: 2},
		{args: "say", stderr: "which command? hello", status: 2},
		{args: "sya hello", stderr: `did you mean "say"?`, status: 2},
		{args: "--instance DIR fail", stderr: "shop: it did not work\n", status: 1},
		{args: "fail more --instance DIR", stderr: `unexpected argument "more"`, status: 2},
		{args: "--help", stdout: "never works"},
		{args: "say --help", stdout: "greet"},
		{args: "say hello --help", stdout: "NAME"},
	} {
		made, closed = 0, 0
		var stdout, stderr bytes.Buffer
		dir := t.TempDir()
		args := append([]string{"shop"}, strings.Fields(strings.ReplaceAll(row.args, "DIR", dir))...)
		status := Run(t.Context(), factory, args, &stdout, &stderr)
		if status != row.status || !strings.Contains(stdout.String(), row.stdout) || !strings.Contains(stderr.String(), row.stderr) {
			t.Errorf("%s: %d\n%s%s", row.args, status, &stdout, &stderr)
		}
		if made != 1 || strings.Contains(row.args, "DIR") != (instance == dir) {
			t.Errorf("%s: made %d times, in %q", row.args, made, instance)
		}
		if called := row.stdout != "" && !strings.Contains(row.args, "help") || strings.HasSuffix(row.args, "fail"); called != (closed == 1) {
			t.Errorf("%s: closed %d times", row.args, closed)
		}
	}
}

// TestAddedCommandMistakes: a command that cannot be called is found where it is added.
func TestAddedCommandMistakes(t *testing.T) {
	run := func(context.Context, dewar.CommandLine) error { return nil }
	for _, row := range []struct{ first, second, want string }{
		{"", "x", "is not one or two words"},
		{"a b c", "x", "is not one or two words"},
		{"-x", "x", "is not one or two words"},
		{"x", "x", `there is a command "x" already`},
		{"run", "x", `the command "run" is taken`},
		{"secret look", "x", `the command "secret look" is taken`},
		{"x", "x y", `the command "x y" is taken`},
	} {
		var stdout, stderr bytes.Buffer
		status := Run(t.Context(), func(base dewar.Config) (*dewar.App, error) {
			app := dewar.New(base)
			dewar.AddCommand(app, dewar.Command{Name: row.first, Run: run})
			dewar.AddCommand(app, dewar.Command{Name: row.second, Run: run})
			return app, nil
		}, []string{"shop", "fly"}, &stdout, &stderr)
		if status != 1 || !strings.Contains(stderr.String(), row.want) {
			t.Errorf("%q and %q: %d %s", row.first, row.second, status, &stderr)
		}
	}
}
