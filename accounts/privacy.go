package accounts

import (
	"context"
	"errors"
)

// exported is what package privacy exports of a user: the account.
func (a *Accounts) exported(ctx context.Context, id string) (any, error) {
	account, err := a.cfg.Store.Account(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return account, err
}

// erase removes the account of a user.
func (a *Accounts) erase(ctx context.Context, id string) error {
	if err := a.Delete(ctx, id); !errors.Is(err, ErrNotFound) {
		return err
	}
	return nil
}
