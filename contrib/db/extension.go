package db

import (
	"context"
	"fmt"
	"net/http"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
)

// Init makes the app open the database when it starts and close it when it ends. [dewar.App.Extend] calls it.
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

// Tx returns the database for a view. In a GET, HEAD, OPTIONS or TRACE request it is the pool of [Database.Reader], and
// statements that change something fail with [ErrReadOnly]. In any other request it is the request's transaction. The
// first call begins it, and the app's commit stage ends it (see [dewar.Context.AddTransaction]).
func (d *Database) Tx(c *dewar.Context) (bun.IDB, error) {
	reader, _, err := d.open()
	if err != nil {
		return nil, err
	}
	if isSafe(c.Method()) {
		return reading{reader}, nil
	}
	return d.requestTx(c)
}

// requestTx returns the transaction of a request that may have one. The first call begins it.
func (d *Database) requestTx(c *dewar.Context) (bun.Tx, error) {
	if held, ok := d.key.Get(c); ok {
		return held.tx, nil
	}
	_, writer, err := d.open()
	if err != nil {
		return bun.Tx{}, err
	}
	tx, err := writer.BeginTx(dewar.RequestContext(c), nil)
	if err != nil {
		return bun.Tx{}, fmt.Errorf("db: %s: no transaction: %w", d, err)
	}
	held := &requestTx{tx: tx}
	d.key.Set(c, held)
	c.AddTransaction(transaction{held})
	return tx, nil
}

// requestTx is what the request keeps. It has no methods, because templates can reach request-scoped values.
type requestTx struct {
	tx        bun.Tx
	committed func() // nil for nothing
}

// transaction is bun's transaction as the commit stage needs it.
type transaction struct{ held *requestTx }

func (t transaction) Commit(context.Context) error {
	err := t.held.tx.Commit()
	if err == nil && t.held.committed != nil {
		t.held.committed()
	}
	return err
}

func (t transaction) Rollback(context.Context) error { return t.held.tx.Rollback() }

// isSafe reports whether requests with the method change nothing (RFC 9110, section 9.2.1).
func isSafe(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	}
	return false
}
