package db

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// tables are the tables of a store in this database. They are made at the first use when they do not exist. In all
// statements TABLE_NAME stands for the name, or the beginning of the names, and ? for a value. On every database the
// values are sent apart from the text, and are not logged.
type tables struct {
	database *Database
	what     string // what they hold, for messages
	name     string
	first    string // the table that is made last, for a look whether all are there
	create   map[Dialect][]string

	mu    sync.Mutex
	made  bool
	swept time.Time
}

// ready makes the tables at the first use.
func (s *tables) ready(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.made {
		return nil
	}
	reader, writer, err := s.database.open()
	if err != nil {
		return err
	}
	if rows, err := reader.DB.QueryContext(ctx, s.query("SELECT 1 FROM "+s.first+" WHERE 1 = 0")); err == nil {
		defer rows.Close()
		s.made = true
		return rows.Err()
	}
	if err := s.makeAll(ctx, writer.DB); err != nil {
		return fmt.Errorf("db: the table %s of %s cannot be made in %s: %w", s.name, s.what, s.database, err)
	}
	s.made = true
	return nil
}

func (s *tables) makeAll(ctx context.Context, pool *sql.DB) error {
	dialect := s.database.Dialect()
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	statements := s.create[dialect]
	if dialect == Postgres {
		// On PostgreSQL, IF NOT EXISTS fails when two connections run it at the same time.
		statements = append([]string{"SELECT pg_advisory_xact_lock(hashtext('TABLE_NAME'))"}, statements...)
	}
	for _, statement := range statements {
		if _, err := tx.ExecContext(ctx, strings.ReplaceAll(statement, "TABLE_NAME", s.name)); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// query fills in the table's name and the placeholders of the dialect.
func (s *tables) query(text string) string {
	text = strings.ReplaceAll(text, "TABLE_NAME", s.name)
	if s.database.Dialect() != Postgres {
		return text
	}
	var b strings.Builder
	n := 0
	for i := range len(text) {
		if text[i] != '?' {
			b.WriteByte(text[i])
			continue
		}
		n++
		b.WriteString("$" + strconv.Itoa(n))
	}
	return b.String()
}

// pools returns the connections when the tables exist, and a context that ends after sessionWait.
func (s *tables) pools(ctx context.Context) (reader, writer *sql.DB, limited context.Context, cancel context.CancelFunc, err error) {
	limited, cancel = context.WithTimeout(ctx, sessionWait)
	if err = s.ready(limited); err == nil {
		r, w, openErr := s.database.open()
		if err = openErr; err == nil {
			return r.DB, w.DB, limited, cancel, nil
		}
	}
	cancel()
	return nil, nil, nil, nil, err
}

func (s *tables) exec(ctx context.Context, text string, args ...any) (affected int64, err error) {
	_, writer, ctx, cancel, err := s.pools(ctx)
	if err != nil {
		return 0, err
	}
	defer cancel()
	result, err := writer.ExecContext(ctx, s.query(text), args...)
	if err != nil {
		return 0, s.failed(err)
	}
	return result.RowsAffected()
}

// rows calls scan for each row of a query.
func (s *tables) rows(ctx context.Context, text string, args []any, scan func(*sql.Rows) error) error {
	reader, _, ctx, cancel, err := s.pools(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	rows, err := reader.QueryContext(ctx, s.query(text), args...)
	if err != nil {
		return s.failed(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return s.failed(err)
		}
	}
	if err := rows.Err(); err != nil {
		return s.failed(err)
	}
	return nil
}

func (s *tables) failed(err error) error {
	return fmt.Errorf("db: %s in %s: %w", s.what, s.database, err)
}

// sweep deletes some expired rows, at most every sessionSweepEvery, in tables given with the names of their keys. Its
// errors are ignored, because the stores check the times themselves.
func (s *tables) sweep(ctx context.Context, keys map[string]string) {
	now := time.Now()
	s.mu.Lock()
	due := now.Sub(s.swept) >= sessionSweepEvery
	if due {
		s.swept = now
	}
	s.mu.Unlock()
	if !due {
		return
	}
	for table, key := range keys {
		// MariaDB accepts no LIMIT within IN, except in a derived table.
		text := fmt.Sprintf("DELETE FROM %[1]s WHERE %[2]s IN (SELECT %[2]s FROM (SELECT %[2]s FROM %[1]s WHERE expires < ? LIMIT %[3]d) AS gone)", table, key, sessionSweep)
		if _, err := s.exec(ctx, text, now.UnixMilli()); err != nil {
			s.database.logger().DebugContext(ctx, "expired rows were not dropped", "table", table, "error", err.Error())
		}
	}
}
