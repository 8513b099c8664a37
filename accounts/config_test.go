package accounts_test

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/mail"
)

// Mistakes in the settings stop the start, each with what to do.
func TestConfig(t *testing.T) {
	right := func() accounts.Config { return accounts.Config{Mail: new(mail.Outbox), From: "a@example.com"} }
	for name, tt := range map[string]struct {
		change func(*accounts.Config)
		text   string
	}{
		"right":        {func(*accounts.Config) {}, ""},
		"no mail":      {func(c *accounts.Config) { c.Mail = nil }, "Config.Mail is nil; give a mail.Sender"},
		"no sender":    {func(c *accounts.Config) { c.From = "" }, "Config.From is no address"},
		"a prefix":     {func(c *accounts.Config) { c.Prefix = "me" }, "Config.Prefix must begin with a slash"},
		"a duration":   {func(c *accounts.Config) { c.ResetFor = -time.Minute }, "a duration of Config is negative"},
		"a login view": {func(c *accounts.Config) { c.Login.LoginView = "nowhere" }, "login.Config.LoginView: there is no such endpoint"},
	} {
		cfg := right()
		tt.change(&cfg)
		app := dewar.New(dewar.Config{Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
		app.Extend(accounts.New(cfg))
		_, err := app.Handler()
		if (err == nil) != (tt.text == "") || err != nil && !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%s: %v", name, err)
		}
	}
	twice := accounts.New(right())
	for n := range 2 {
		app := dewar.New(dewar.Config{Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
		app.Extend(twice)
		if _, err := app.Handler(); (err == nil) != (n == 0) {
			t.Errorf("in app %d: %v", n, err)
		}
	}
}

func TestCheck(t *testing.T) {
	found := func(loopback bool) bool {
		app := dewar.New(dewar.Config{Loopback: loopback, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
		app.Extend(accounts.New(accounts.Config{Mail: new(mail.Outbox), From: "a@example.com"}))
		return slices.ContainsFunc(app.Check(), func(f dewar.Finding) bool { return f.ID == "accounts-memory" })
	}
	if found(true) || !found(false) {
		t.Errorf("a store in memory: %v on a trial, %v in the open", found(true), found(false))
	}
}
