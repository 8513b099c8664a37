package db_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/contrib/db/dbtest"
	"github.com/dewar-go/dewar/dewartest"
)

// TestPageIsFlaskSQLAlchemys compares pages, as a template of Flask's shows
// them, with those of Flask-SQLAlchemy; testdata/shared.py made them.
func TestPageIsFlaskSQLAlchemys(t *testing.T) {
	b, err := os.ReadFile("testdata/pages.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden []struct {
		N, Page, Pages, Total, First, Last int
		HasPrev                            bool `json:"has_prev"`
		HasNext                            bool `json:"has_next"`
		PrevNum                            *int `json:"prev_num"`
		NextNum                            *int `json:"next_num"`
		Items                              []int
		Iter                               [][]*int
	}
	if err := json.Unmarshal(b, &golden); err != nil {
		t.Fatal(err)
	}
	edges := []string{"", "left_edge=0, right_edge=0", "left_current=0, right_current=0", "right_current=5",
		"left_edge=1, left_current=1, right_current=2, right_edge=1"}
	template := "{{ p.page }} {{ p.per_page }} {{ p.pages }} {{ p.total }} {{ p.first }} {{ p.last }} {{ p.has_prev }} {{ p.has_next }} {{ p.prev_num }} {{ p.next_num }};"
	template += "{% for x in p %} {{ x.text }}{% endfor %};{% for x in p.items %} {{ x.text }}{% endfor %}"
	for _, e := range edges {
		template += ";{% for i in p.iter_pages(" + e + ") %} {{ i }}{% endfor %}"
	}
	dbtest.Each(t, func(t *testing.T, dsn string) {
		database := db.New(db.Config{URL: dsn, Migrations: migrations})
		app := dewar.New(dewar.Config{
			InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler),
			Templates: fstest.MapFS{"page.txt": &fstest.MapFile{Data: []byte(template)}},
		})
		app.Extend(database)
		app.Get("/", func(c *dewar.Context) error {
			tx, err := database.Tx(c)
			if err != nil {
				return err
			}
			var rows []note
			p, err := db.Page(c, tx.NewSelect().Model(&rows).Order("id"), db.PageOptions{})
			if err != nil {
				return err
			}
			return c.Render("page.txt", dewar.Vars{"p": p})
		}).Name("index")
		client := dewartest.New(t, app)
		stored := 0
		for _, g := range golden {
			for ; stored < g.N; stored++ {
				if err := insert(t.Context(), database, fmt.Sprint(stored)); err != nil {
					t.Fatal(err)
				}
			}
			want := fmt.Sprintf("%d 3 %d %d %d %d %s %s %s %s;", g.Page, g.Pages, g.Total, g.First, g.Last,
				title(g.HasPrev), title(g.HasNext), number(g.PrevNum), number(g.NextNum))
			var items strings.Builder
			for _, i := range g.Items {
				fmt.Fprintf(&items, " %d", i)
			}
			want += items.String() + ";" + items.String()
			for _, pages := range g.Iter {
				want += ";"
				for _, i := range pages {
					want += " " + number(i)
				}
			}
			if resp := client.Get(fmt.Sprintf("/?page=%d&per_page=3", g.Page)); resp.Status != 200 || resp.Text != want {
				t.Errorf("%d rows, page %d: %d\n%s, want\n%s", g.N, g.Page, resp.Status, resp.Text, want)
			}
		}
		for query, status := range map[string]int{
			"": 200, "page=1": 200, "page=4": 200, "page=0": 404, "page=-1": 404, "page=5": 404, "page=x": 404, "page=": 404,
			"page=9223372036854775807": 404, "page=99999999999999999999": 404, "per_page=0": 404, "per_page=1000": 200, "per_page=y": 404,
		} {
			if resp := client.Get("/?" + query); resp.Status != status {
				t.Errorf("%s: %d, want %d", query, resp.Status, status)
			}
		}
		if resp := client.Get("/?per_page=1000"); !strings.HasPrefix(resp.Text, "1 100 1 61 ") {
			t.Errorf("per_page is not bounded: %s", resp.Text)
		}
	})
}

func title(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

func number(n *int) string {
	if n == nil {
		return "None"
	}
	return fmt.Sprint(*n)
}

func TestFindOr404(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		database := open(t, db.Config{URL: dsn, Migrations: migrations})
		if err := insert(t.Context(), database, "one"); err != nil {
			t.Fatal(err)
		}
		row := note{ID: 1}
		if err := db.FindOr404(t.Context(), database.Reader().NewSelect().Model(&row).WherePK()); err != nil || row.Text != "one" {
			t.Errorf("%+v, %v", row, err)
		}
		var status *dewar.HTTPError
		err := db.FindOr404(t.Context(), database.Reader().NewSelect().Model(&row).Where("text = ?", "two"))
		if !errors.As(err, &status) || status.Code != 404 {
			t.Errorf("no row: %v", err)
		}
		err = db.FindOr404(t.Context(), database.Reader().NewSelect().Model(&row).Where("nothing = 1"))
		if err == nil || errors.As(err, &status) && status.Code == 404 {
			t.Errorf("a mistake: %v", err)
		}
	})
}

// TestWritingInAGet: whatever way a GET tries to write, it is told in words.
func TestWritingInAGet(t *testing.T) {
	const raw = "UPDATE notes SET text = 'other'"
	dbtest.Each(t, func(t *testing.T, dsn string) {
		database := db.New(db.Config{URL: dsn, Migrations: migrations})
		app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
		app.Extend(database)
		var failure error
		view := func(c *dewar.Context) error {
			tx, err := database.Tx(c)
			if err != nil {
				return err
			}
			ctx, row := c.Context(), &note{ID: 1, Text: "other"}
			failure = nil
			switch c.Query("how") {
			case "insert":
				_, failure = tx.NewInsert().Model(row).Exec(ctx)
			case "update":
				_, failure = tx.NewUpdate().Model(row).WherePK().Exec(ctx)
			case "delete":
				_, failure = tx.NewDelete().Model(row).WherePK().Exec(ctx)
			case "truncate":
				_, failure = tx.NewTruncateTable().Model(row).Exec(ctx)
			case "create":
				_, failure = tx.NewCreateTable().Model(row).Table("other").Exec(ctx)
			case "raw":
				_, failure = tx.NewRaw(raw).Exec(ctx)
			case "exec":
				_, failure = tx.ExecContext(ctx, "\n "+raw)
			case "query":
				var rows interface{ Close() error }
				rows, failure = tx.QueryContext(ctx, strings.ToLower(raw)) //nolint:rowserrcheck // there are none: it is refused
				_ = rows
			case "transaction":
				failure = tx.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
					_, err := tx.NewUpdate().Model(row).WherePK().Exec(ctx)
					return err
				})
			case "own transaction":
				failure = database.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
					_, err := tx.NewUpdate().Model(row).Column("text").WherePK().Exec(ctx)
					return err
				})
			default:
				var n int
				failure = tx.NewRaw("SELECT count(*) FROM notes WHERE text = ?", "one").Scan(ctx, &n)
				if failure == nil && n != 1 {
					failure = fmt.Errorf("%d rows are left", n)
				}
			}
			return c.Text("tried")
		}
		app.Get("/", view).Name("index")
		client := dewartest.New(t, app)
		if err := insert(t.Context(), database, "one"); err != nil {
			t.Fatal(err)
		}
		for _, how := range []string{"insert", "update", "delete", "truncate", "create", "raw", "exec", "query", "transaction"} {
			client.Get("/?how=" + url.QueryEscape(how))
			if !errors.Is(failure, db.ErrReadOnly) {
				t.Errorf("%s: %v", how, failure)
			}
		}
		if client.Get("/"); failure != nil {
			t.Errorf("reading: %v", failure)
		}
		if client.Get("/?how=own+transaction"); failure != nil {
			t.Errorf("a transaction of its own: %v", failure)
		}
	})
}
