package main

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/accounts"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/forms"
)

// A Profile is what this site knows of a member beside the account. Package accounts has the address and the password.
type Profile struct {
	bun.BaseModel `bun:"table:profile"`

	Account string `bun:",pk"` // accounts.Account.ID
	Name    string
}

type profiles struct{ database *db.Database }

type profileForm struct {
	Name string `form:"name" label:"Your name" check:"required, length(max=80)" filter:"strip,squeeze" attrs:"autocomplete=name"`
}

// find returns the profile of an account, an empty one when there is none yet.
func (p *profiles) find(c *dewar.Context, account string) (*Profile, error) {
	profile := &Profile{Account: account}
	err := p.database.Reader().NewSelect().Model(profile).WherePK().Scan(c.Context())
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return profile, err
}

func (p *profiles) index(c *dewar.Context) error {
	account, ok := accounts.User(c)
	if !ok {
		return c.Render("index.html", dewar.Vars{"profile": nil})
	}
	profile, err := p.find(c, account.ID)
	if err != nil {
		return err
	}
	return c.Render("index.html", dewar.Vars{"profile": profile})
}

func (p *profiles) edit(c *dewar.Context) error {
	account, _ := accounts.User(c)
	profile, err := p.find(c, account.ID)
	if err != nil {
		return err
	}
	form := forms.New[profileForm](c, forms.Options{From: profile})
	if !form.Valid() {
		return form.Render("profile.html", nil)
	}
	form.Populate(profile)
	tx, err := p.database.Tx(c)
	if err != nil {
		return err
	}
	_, err = tx.NewInsert().Model(profile).On("CONFLICT (account) DO UPDATE").Exec(c.Context())
	if err != nil {
		return err
	}
	c.Flash("Your name is saved.")
	return c.Redirect(dewar.To("index"))
}

// remove forgets a member whose account is gone. There is no request: it is removed a week after its member deleted it.
func (p *profiles) remove(e accounts.Event) {
	_ = p.database.InTx(context.Background(), func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewDelete().Model(&Profile{Account: e.Account.ID}).WherePK().Exec(ctx)
		return err
	})
}
