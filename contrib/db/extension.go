package db

import (
	"context"
	"fmt"
	"net/http"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
)

// Init makes the app open the database at its start and close it at its end.
// It is called by [dewar.App.Extend].
func (d *Database) Init(app *dewar.App) error {
	inInstance := d.config.Dir == ""
	if inInstance {
		d.config.Dir = app.Config().InstanceDir
	}
	if d.config.Logger == nil {
		d.config.Logger = app.Logger()
	}
	if app.Config().Flask != nil {
		d.config.SQLAlchemy = true
	}
	t, err := d.config.target()
	if err != nil {
		return d.mistake(err)
	}
	app.OnStart(func(ctx context.Context) error {
		if inInstance && t.dialect == SQLite {
			if err := dewar.MakeInstanceDir(d.config.Dir); err != nil {
				return err
			}
		}
		return d.Open(ctx)
	})
	return nil
}

// Tx returns what a view talks to the database with. In a request whose method
// is GET, HEAD, OPTIONS or TRACE it is the pool of [Database.Reader], and
// statements that change something fail with [ErrReadOnly]; in any other it is
// the request's one transaction, begun by the first call and ended by the app's
// commit stage (see [dewar.Context.AddTransaction]).
func (d *Database) Tx(c *dewar.Context) (bun.IDB, error) {
	reader, writer, err := d.open()
	if err != nil {
		return nil, err
	}
	if isSafe(c.Method()) {
		return reading{reader}, nil
	}
	if held, ok := d.key.Get(c); ok {
		return held.tx, nil
	}
	tx, err := writer.BeginTx(dewar.RequestContext(c), nil)
	if err != nil {
		return nil, fmt.Errorf("db: %s: no transaction: %w", d, err)
	}
	d.key.Set(c, &requestTx{tx})
	c.AddTransaction(transaction{tx})
	return tx, nil
}

// requestTx is what the request remembers. It has no methods: templates can
// see request-scoped values.
type requestTx struct{ tx bun.Tx }

// transaction puts bun's transaction under the care of the commit stage.
type transaction struct{ tx bun.Tx }

func (t transaction) Commit(context.Context) error   { return t.tx.Commit() }
func (t transaction) Rollback(context.Context) error { return t.tx.Rollback() }

// isSafe tells the methods that change nothing (RFC 9110, 9.2.1).
func isSafe(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	}
	return false
}
