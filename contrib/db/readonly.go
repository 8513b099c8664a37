package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/uptrace/bun"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrReadOnly is in the chain of the error of a statement that would change something in a request whose method changes
// nothing (RFC 9110, section 9.2.1).
var ErrReadOnly = errors.New("db: a GET, HEAD, OPTIONS or TRACE changes nothing in the database: write in a view for POST, PUT, PATCH or DELETE, or with Database.InTx, which is a transaction of its own")

// reading is the result of [Database.Tx] in a request that changes nothing. It is the pool of readers. Statements that
// write fail with an error that explains why. On SQLite the connections themselves refuse to write.
type reading struct{ *bun.DB }

func (r reading) NewInsert() *bun.InsertQuery { return r.DB.NewInsert().Err(ErrReadOnly) }
func (r reading) NewUpdate() *bun.UpdateQuery { return r.DB.NewUpdate().Err(ErrReadOnly) }
func (r reading) NewDelete() *bun.DeleteQuery { return r.DB.NewDelete().Err(ErrReadOnly) }
func (r reading) NewMerge() *bun.MergeQuery   { return r.DB.NewMerge().Err(ErrReadOnly) }
func (r reading) NewCreateTable() *bun.CreateTableQuery {
	return r.DB.NewCreateTable().Err(ErrReadOnly)
}
func (r reading) NewDropTable() *bun.DropTableQuery { return r.DB.NewDropTable().Err(ErrReadOnly) }
func (r reading) NewCreateIndex() *bun.CreateIndexQuery {
	return r.DB.NewCreateIndex().Err(ErrReadOnly)
}
func (r reading) NewDropIndex() *bun.DropIndexQuery   { return r.DB.NewDropIndex().Err(ErrReadOnly) }
func (r reading) NewAddColumn() *bun.AddColumnQuery   { return r.DB.NewAddColumn().Err(ErrReadOnly) }
func (r reading) NewDropColumn() *bun.DropColumnQuery { return r.DB.NewDropColumn().Err(ErrReadOnly) }
func (r reading) NewTruncateTable() *bun.TruncateTableQuery {
	return r.DB.NewTruncateTable().Err(ErrReadOnly)
}

func (r reading) NewRaw(query string, args ...any) *bun.RawQuery {
	q := r.DB.NewRaw(query, args...).Conn(explaining{r.DB.DB})
	if writes(query) {
		return q.Err(ErrReadOnly)
	}
	return q
}

func (r reading) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if writes(query) {
		return nil, ErrReadOnly
	}
	result, err := r.DB.ExecContext(ctx, query, args...)
	return result, explain(err)
}

func (r reading) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if writes(query) {
		return nil, ErrReadOnly
	}
	rows, err := r.DB.QueryContext(ctx, query, args...)
	return rows, explain(err)
}

// BeginTx begins a transaction that only reads, for statements that must see the same state.
func (r reading) BeginTx(ctx context.Context, opts *sql.TxOptions) (bun.Tx, error) {
	return r.DB.BeginTx(ctx, onlyReading(opts))
}

// RunInTx calls do in a transaction of BeginTx.
func (r reading) RunInTx(ctx context.Context, opts *sql.TxOptions, do func(context.Context, bun.Tx) error) error {
	return explain(r.DB.RunInTx(ctx, onlyReading(opts), do))
}

func onlyReading(opts *sql.TxOptions) *sql.TxOptions {
	only := sql.TxOptions{ReadOnly: true}
	if opts != nil {
		only.Isolation = opts.Isolation
	}
	return &only
}

// explaining is the pool for statements of the program's own text.
type explaining struct{ *sql.DB }

func (e explaining) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	result, err := e.DB.ExecContext(ctx, query, args...)
	return result, explain(err)
}

func (e explaining) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := e.DB.QueryContext(ctx, query, args...)
	return rows, explain(err)
}

// writes reports whether a statement begins with a word that changes something. It only chooses the text of an error.
func writes(query string) bool {
	query = strings.TrimLeft(query, " \t\r\n(;")
	end := strings.IndexFunc(query, func(r rune) bool { return r >= 0x80 || !isWord(byte(r)) })
	if end < 0 {
		end = len(query)
	}
	switch strings.ToUpper(query[:end]) {
	case "INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "TRUNCATE", "CREATE", "ALTER", "DROP":
		return true
	}
	return false
}

// explain turns a database's refusal to write into ErrReadOnly.
func explain(err error) error {
	if sqliteCode(err)&0xff == sqlite3.SQLITE_READONLY || postgresCode(err) == "25006" || mysqlCode(err) == 1792 {
		return fmt.Errorf("%w (%w)", ErrReadOnly, err)
	}
	return err
}
