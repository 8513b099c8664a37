package accounts

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/limit"
	"github.com/dewar-go/dewar/login"
)

// Create makes an account without a password, for commands and pages of administrators. Its owner chooses a password with
// the link of "forgot password", which confirms the address. It fails with [ErrTaken], and for what is no address.
func (a *Accounts) Create(ctx context.Context, address string, roles ...string) (*Account, error) {
	email, err := CanonicalEmail(address)
	if err != nil {
		return nil, err
	}
	account := &Account{ID: rand.Text(), Email: email, Roles: slices.Clone(roles), Created: time.Now()}
	if err := a.cfg.Store.Add(ctx, account, ""); err != nil {
		return nil, fmt.Errorf("accounts: Create: %w", err)
	}
	a.app.Emit(dewar.SecurityEvent{Name: dewar.EventUserCreated, User: account.ID})
	return account, nil
}

// ByID returns the account of an ID, or [ErrNotFound].
func (a *Accounts) ByID(ctx context.Context, id string) (*Account, error) {
	return a.cfg.Store.Account(ctx, id)
}

// ByEmail returns the account of an address in any form that [CanonicalEmail] reads, or [ErrNotFound].
func (a *Accounts) ByEmail(ctx context.Context, address string) (*Account, error) {
	email, err := CanonicalEmail(address)
	if err != nil {
		return nil, ErrNotFound
	}
	return a.cfg.Store.AccountByEmail(ctx, email)
}

// Disable keeps an account from logging in and ends its logins; with false it may log in again. It fails with
// [ErrNotFound].
func (a *Accounts) Disable(ctx context.Context, id string, disabled bool) error {
	if err := a.change(ctx, id, func(account *Account) { account.Disabled = disabled }); err != nil {
		return err
	}
	a.app.Emit(dewar.SecurityEvent{Name: dewar.EventUserUpdated, User: id, Detail: fmt.Sprintf("disabled: %v", disabled)})
	if !disabled {
		return nil
	}
	return a.endAll(ctx, id)
}

// SetRoles replaces the roles of an account and ends its logins, since what it may do has changed. It fails with
// [ErrNotFound].
func (a *Accounts) SetRoles(ctx context.Context, id string, roles ...string) error {
	if err := a.change(ctx, id, func(account *Account) { account.Roles = slices.Clone(roles) }); err != nil {
		return err
	}
	a.app.Emit(dewar.SecurityEvent{Name: dewar.EventAccessChange, User: id, Detail: fmt.Sprintf("roles: %q", roles)})
	return a.manager.EndUser(ctx, id)
}

// change writes a change of an account that does not depend on who else changes it.
func (a *Accounts) change(ctx context.Context, id string, change func(*Account)) error {
	for {
		account, err := a.cfg.Store.Account(ctx, id)
		if err == nil {
			change(account)
			err = a.cfg.Store.Update(ctx, account, "")
		}
		if err == nil || !errors.Is(err, ErrChanged) || ctx.Err() != nil {
			return err
		}
	}
}

// Delete removes an account at once, with its logins, remember tokens, API keys, factors and links. It fails with
// [ErrNotFound].
func (a *Accounts) Delete(ctx context.Context, id string) error {
	account, err := a.cfg.Store.Account(ctx, id)
	if err != nil {
		return err
	}
	if err := a.endAll(ctx, id); err != nil {
		return err
	}
	if err := a.cfg.Store.Remove(ctx, account); err != nil {
		return err
	}
	if a.cfg.Credentials != nil {
		if err := a.cfg.Credentials.RemoveCredentials(ctx, id); err != nil {
			return unavailable(err)
		}
	}
	// A login that began meanwhile has no account, which ends it at its first use; its record goes now.
	if err := a.endAll(ctx, id); err != nil {
		return err
	}
	a.app.Emit(dewar.SecurityEvent{Name: dewar.EventUserDeleted, User: id})
	a.Signals.Deleted.Send(Event{nil, account})
	return nil
}

// RemoveDue removes the accounts whose time is over after their users deleted them, and returns how many. It is called
// once an hour while mails are asked for; a program that needs it to be on time calls it itself.
func (a *Accounts) RemoveDue(ctx context.Context) (n int, err error) {
	for {
		list, err := a.cfg.Store.Due(ctx, time.Now(), 100)
		if err != nil || len(list) == 0 {
			return n, err
		}
		for _, account := range list {
			switch err := a.Delete(ctx, account.ID); {
			case err == nil:
				n++
			case !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrChanged):
				return n, err
			}
		}
	}
}

// dueNow reports whether RemoveDue is to be called, once an hour.
func (a *Accounts) dueNow() bool {
	now := time.Now().Unix()
	last := a.removed.Load()
	return now-last >= 3600 && a.removed.CompareAndSwap(last, now)
}

// endAll ends all logins, remember tokens and API keys of an account.
func (a *Accounts) endAll(ctx context.Context, id string) error {
	if err := a.manager.EndUser(ctx, id); err != nil {
		return unavailable(err)
	}
	keys, err := a.manager.Keys(ctx, id)
	if err != nil {
		return unavailable(err)
	}
	for _, k := range keys {
		if err := a.manager.DeleteKey(ctx, id, k.Prefix); err != nil && !errors.Is(err, login.ErrNotFound) {
			return unavailable(err)
		}
	}
	return nil
}

// BasicAuth is a loader of package login for HTTP Basic with address and password. It refuses accounts with a second
// factor, which nobody can give there (CVE-2023-49947), and slows tries down as the login page does.
func BasicAuth(realm string) login.Loader {
	return login.BasicAuth(realm, func(c *dewar.Context, name, password string) (string, error) {
		a := of(c)
		// Each request carries the password, so that only wrong ones count for the address.
		if wait, err := taken(a.perAddress.Test(c.Context(), limit.Address(c))); wait > 0 || err != nil {
			return "", cmp.Or(err, login.ErrCredential)
		}
		account, wait, err := a.checkPassword(c, name, password)
		if account == nil && wait == 0 && err == nil {
			_, err = a.fromAddress(c, hash(strings.ToLower(name)))
		}
		if err != nil {
			return "", err
		}
		if account == nil {
			return "", login.ErrCredential
		}
		needed, err := a.factorNeeded(c, account, []string{"pwd"})
		if err == nil && needed {
			err = login.ErrCredential
		}
		return account.ID, err
	})
}
