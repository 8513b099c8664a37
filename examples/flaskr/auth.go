package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/forms"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/password"
)

// accounts holds the views of registration and login.
type accounts struct{ database *db.Database }

func newAuth(a *accounts) *dewar.Blueprint {
	bp := dewar.NewBlueprint("auth", dewar.BlueprintOptions{Prefix: "/auth"})
	bp.Route("/register", a.register, "GET", "POST")
	bp.Route("/login", a.login, "GET", "POST")
	bp.Post("/logout", a.logout)
	return bp
}

// load finds the account of who is logged in.
func (a *accounts) load(c *dewar.Context, id string) (*Account, error) {
	account := new(Account)
	return account, a.database.Reader().NewSelect().Model(account).Where("id = ?", id).Scan(c.Context())
}

// A registerForm is the form of a new account.
type registerForm struct {
	Username string `form:"username" check:"required('Username is required.'), length(max=80, message='Username is limited to %(max)d characters.')" filter:"strip" attrs:"autocomplete=username autocapitalize=none"`
	Password string `form:"password" type:"password" check:"required('Password is required.'), length(max=256, message='Password is limited to %(max)d characters.')" attrs:"autocomplete=new-password"`
}

func (a *accounts) register(c *dewar.Context) error {
	form := forms.New[registerForm](c)
	if !form.Valid() {
		return form.Render("auth/register.html", nil)
	}
	// Before the transaction, which holds up other writers on SQLite.
	hash, err := password.Hash(c.Context(), form.Data.Password)
	if err != nil {
		return err
	}
	err = a.insert(c, form.Data.Username, hash)
	if db.IsUnique(err) {
		form.AddError("username", "unique", fmt.Sprintf("User %s is already registered.", form.Data.Username))
		return form.Render("auth/register.html", nil)
	}
	if err != nil {
		return err
	}
	return c.Redirect(dewar.To("auth.login"))
}

// insert relies on the database to find a name that is taken: between looking
// and inserting, somebody else could take it. The inner transaction is a
// savepoint, so that the request's own goes on after such an error.
func (a *accounts) insert(c *dewar.Context, username, hash string) error {
	tx, err := a.database.Tx(c)
	if err != nil {
		return err
	}
	return tx.RunInTx(c.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewInsert().Model(&credential{Account: Account{Username: username}, Password: hash}).Exec(ctx)
		return err
	})
}

// A loginForm is the form of who has an account.
type loginForm struct {
	Username string `form:"username" filter:"strip" attrs:"maxlength=80 autocomplete=username autocapitalize=none required"`
	Password string `form:"password" type:"password" attrs:"maxlength=256 autocomplete=current-password required"`
}

func (a *accounts) login(c *dewar.Context) error {
	form := forms.New[loginForm](c)
	if !form.Valid() {
		return form.Render("auth/login.html", nil)
	}
	found, err := a.authenticate(c, form.Data.Username, form.Data.Password)
	if err != nil {
		return err
	}
	if found == nil {
		c.Emit(dewar.SecurityEvent{Name: dewar.EventLoginFail, User: c.Form("username")})
		// Which of the two was wrong is for the user to know.
		form.AddError("", "login", "Incorrect username or password.")
		return form.Render("auth/login.html", nil)
	}
	c.Session().Clear() // what somebody may have planted before
	if err := login.In(c, &found.Account); err != nil {
		return err
	}
	if password.NeedsRehash(found.Password) {
		if err := a.rehash(c, found.ID, form.Data.Password); err != nil {
			return err
		}
	}
	return c.Redirect(login.Next(c, dewar.To("blog.index")))
}

// authenticate finds the account that the two belong to, nil when there is
// none. A name that is not known takes as long as a wrong password.
func (a *accounts) authenticate(c *dewar.Context, username, secret string) (*credential, error) {
	if longer(username, maxUsername) || longer(secret, maxPassword) {
		return nil, password.VerifyDummy(c.Context(), "")
	}
	found := new(credential)
	err := a.database.Reader().NewSelect().Model(found).Where("username = ?", username).Scan(c.Context())
	if errors.Is(err, sql.ErrNoRows) {
		return nil, password.VerifyDummy(c.Context(), secret)
	}
	if err != nil {
		return nil, err
	}
	if ok, err := password.Verify(c.Context(), found.Password, secret); !ok || err != nil {
		return nil, err
	}
	return found, nil
}

// rehash renews a hash that is weaker than today's.
func (a *accounts) rehash(c *dewar.Context, id int64, secret string) error {
	hash, err := password.Hash(c.Context(), secret)
	if err != nil {
		return err
	}
	tx, err := a.database.Tx(c)
	if err != nil {
		return err
	}
	_, err = tx.NewUpdate().Model((*credential)(nil)).Set("password = ?", hash).Where("id = ?", id).Exec(c.Context())
	return err
}

func (a *accounts) logout(c *dewar.Context) error {
	if err := login.Out(c); err != nil {
		return err
	}
	return c.Redirect(dewar.To("blog.index"))
}
