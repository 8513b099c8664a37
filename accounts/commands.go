package accounts

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/dewar-go/dewar"
)

// addCommands adds the commands of administrators to the program's command line.
func (a *Accounts) addCommands() {
	for _, command := range []struct {
		name, usage, args string
		run               func(ctx context.Context, account *Account, roles []string) error
	}{
		{"disable", "keep an account from logging in, and log it out", "ADDRESS", func(ctx context.Context, account *Account, _ []string) error {
			return a.Disable(ctx, account.ID, true)
		}},
		{"enable", "let a disabled account log in again", "ADDRESS", func(ctx context.Context, account *Account, _ []string) error {
			return a.Disable(ctx, account.ID, false)
		}},
		{"roles", "set the roles of an account, and log it out", "ADDRESS [ROLE...]", func(ctx context.Context, account *Account, roles []string) error {
			return a.SetRoles(ctx, account.ID, roles...)
		}},
		{"delete", "remove an account and all that belongs to it, at once", "ADDRESS", func(ctx context.Context, account *Account, _ []string) error {
			return a.Delete(ctx, account.ID)
		}},
	} {
		a.addCommand(command.name, command.usage, command.args, func(ctx context.Context, address string, roles []string) (*Account, error) {
			account, err := a.ByEmail(ctx, address)
			if err == nil {
				err = command.run(ctx, account, roles)
			}
			return account, err
		})
	}
	a.addCommand("add", "make an account; its owner chooses a password with \"Forgot your password?\"", "ADDRESS [ROLE...]", func(ctx context.Context, address string, roles []string) (*Account, error) {
		return a.Create(ctx, address, roles...)
	})
}

// addCommand adds one that prints the ID of the account.
func (a *Accounts) addCommand(name, usage, args string, run func(ctx context.Context, address string, roles []string) (*Account, error)) {
	dewar.AddCommand(a.app, dewar.Command{Name: "account " + name, Usage: usage, Args: args, Run: func(ctx context.Context, line dewar.CommandLine) error {
		if len(line.Args) == 0 || len(line.Args) > 1 && !strings.Contains(args, "ROLE") {
			return errors.New("accounts: account " + name + " takes " + args)
		}
		if err := a.app.Start(ctx); err != nil {
			return err
		}
		account, err := run(ctx, line.Args[0], line.Args[1:])
		if err != nil {
			return fmt.Errorf("%s: %w", line.Args[0], err)
		}
		_, err = fmt.Fprintln(line.Stdout, account.ID)
		return err
	}})
}
