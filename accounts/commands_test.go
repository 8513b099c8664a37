package accounts_test

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/cli"
	"github.com/dewar-go/dewar/mail"
)

func TestCommands(t *testing.T) {
	store := accounts.NewMemory()
	instance := filepath.Join(t.TempDir(), "instance")
	run := func(args ...string) (stdout, stderr string, code int) {
		var out, errs bytes.Buffer
		code = cli.Run(t.Context(), func(base dewar.Config) (*dewar.App, error) {
			base.Logger = slog.New(slog.DiscardHandler)
			app := dewar.New(base)
			app.Extend(accounts.New(accounts.Config{Store: store, Mail: new(mail.Outbox), From: "shop@example.com"}))
			return app, nil
		}, append(append([]string{"shop"}, args...), "--instance", instance), &out, &errs)
		return strings.TrimSpace(out.String()), errs.String(), code
	}
	id, errs, code := run("account", "add", "Ann@example.com", "editor")
	if code != 0 || len(id) != 26 {
		t.Fatalf("add: %d, %q, %s", code, id, errs)
	}
	state := func() accounts.Account {
		t.Helper()
		a, err := store.Account(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return *a
	}
	if a := state(); a.Email != "ann@example.com" || !slices.Equal(a.Roles, []string{"editor"}) || a.Disabled {
		t.Errorf("%+v", a)
	}
	for _, step := range []struct {
		args []string
		ok   func() bool
	}{
		{[]string{"disable", "ann@example.com"}, func() bool { return state().Disabled }},
		{[]string{"enable", "ann@example.com"}, func() bool { return !state().Disabled }},
		{[]string{"roles", "ann@example.com", "a", "b"}, func() bool { return slices.Equal(state().Roles, []string{"a", "b"}) }},
		{[]string{"roles", "ann@example.com"}, func() bool { return len(state().Roles) == 0 }},
		{[]string{"delete", "ann@example.com"}, func() bool { _, err := store.Account(t.Context(), id); return err != nil }},
	} {
		if out, errs, code := run(append([]string{"account"}, step.args...)...); code != 0 || out != id || !step.ok() {
			t.Errorf("%q: %d, %q, %s", step.args, code, out, errs)
		}
	}
	for _, args := range [][]string{{"disable"}, {"disable", "a@example.com", "x"}, {"delete", "nobody@example.com"}, {"add", "no address"}} {
		if out, errs, code := run(append([]string{"account"}, args...)...); code == 0 || out != "" || !strings.Contains(errs, "accounts:") {
			t.Errorf("%q: %d, %q, %q", args, code, out, errs)
		}
	}
}
