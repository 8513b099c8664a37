package sqlbuilt

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/dewar-go/dewar"
)

var db *sql.DB

const table = "posts"

var columns = map[string]string{"title": "title", "date": "created_at"}

func view(c *dewar.Context, name string) error {
	ctx := c.Context()
	db.QueryContext(ctx, "SELECT id FROM posts WHERE title = '"+c.Query("title")+"'") // want `DW701: the statement is put together`
	db.ExecContext(ctx, fmt.Sprintf("DELETE FROM posts WHERE id = %s", c.Str("id")))  // want `DW701: the statement is put together`
	q := "SELECT 1"
	if name != "" {
		q += " WHERE name = '" + name + "'" // want `DW701: the statement is put together`
	}
	db.Query(q)
	db.Exec(c.Form("sql")) // want `DW701: the visitor writes the statement`
	db.Exec(fmt.Sprintf("SELECT %d", c.Int("id")))
	db.QueryRow("SELECT id FROM "+table+" WHERE title = ?", c.Query("title"))
	order := "id"
	switch c.Query("order") {
	case "date":
		order = "created_at"
	}
	db.Query("SELECT id FROM posts ORDER BY " + order)
	db.Query("SELECT id FROM posts ORDER BY " + columns[c.Query("order")])
	marks := strings.Repeat("?,", 3) + "?"
	db.Query("SELECT id FROM posts WHERE id IN ("+marks+")", 1, 2, 3, 4)
	return nil
}

func helper(ctx context.Context, title string, tx *sql.Tx) {
	tx.ExecContext(ctx, "DELETE FROM posts WHERE title = '"+title+"'") // want `DW701: the statement is put together`
	tx.ExecContext(ctx, title)
	//dewar:accept DW701 an identifier of the program until=2999-01-01
	tx.ExecContext(ctx, "DELETE FROM "+title)
	/* want `DW701 is accepted without a reason` */ //dewar:accept DW701 until=2999-01-01
	tx.ExecContext(ctx, "DELETE FROM "+title)       // want `DW701: the statement is put together`
	/* want `DW701 is accepted until 2020-01-01, which is over` */ //dewar:accept DW701 reason until=2020-01-01
	tx.ExecContext(ctx, "DELETE FROM "+title)                      // want `DW701: the statement is put together`
	/* want `DW701 is accepted without until=` */ //dewar:accept DW701 reason
	tx.ExecContext(ctx, "DELETE FROM "+title)     // want `DW701: the statement is put together`
	/* want `DW701 is accepted here, and there is nothing to accept` */ //dewar:accept DW701 reason until=2999-01-01
	tx.ExecContext(ctx, "DELETE FROM posts")
}
