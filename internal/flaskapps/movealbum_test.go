package flaskapps

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/markup"
	"github.com/dewar-go/dewar/session"
)

// album are the views of the album that have moved.
type album struct{ database *db.Database }

type person struct {
	bun.BaseModel `bun:"table:person"`
	ID            int64
	Name          string
	Admin         int64
}

type photo struct {
	bun.BaseModel `bun:"table:photo"`
	ID            int64 `bun:",pk"`
	Owner         int64
	Title, File   string
	Size, Likes   int64
	Who           string `bun:",scanonly"`
}

type comment struct {
	bun.BaseModel `bun:"table:comment"`
	ID            int64 `bun:",pk,autoincrement"`
	Photo         int64
	Author, Body  string
}

var signedIn = dewar.NewKey[*person]("person")

func (a *album) load(c *dewar.Context) error {
	signedIn.Set(c, nil)
	if id, ok := session.Value[int64](c.Session(), "person"); ok {
		p := &person{}
		if err := a.tx(c).NewSelect().Model(p).Where("id = ?", id).Scan(c.Context()); err != nil {
			return err
		}
		signedIn.Set(c, p)
	}
	return nil
}

func (a *album) tx(c *dewar.Context) bun.IDB {
	tx, err := a.database.Tx(c)
	if err != nil {
		panic(err)
	}
	return tx
}

// photos reads photos with their owners' names.
func (a *album) photos(c *dewar.Context, where func(*bun.SelectQuery) *bun.SelectQuery) ([]photo, error) {
	list := []photo{}
	q := a.tx(c).NewSelect().Model(&list).ColumnExpr("photo.*, person.name AS who").Join("JOIN person ON person.id = owner")
	return list, where(q).Scan(c.Context())
}

func (a *album) one(c *dewar.Context, id int) (photo, error) {
	list, err := a.photos(c, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("photo.id = ?", id) })
	if err == nil && len(list) == 0 {
		return photo{}, &dewar.HTTPError{Code: 404, Detail: fmt.Sprintf("Nothing with the number %d.", id)}
	}
	return slices.Concat(list, []photo{{}})[0], err
}

// chosen are the numbers that the session has.
func chosen(c *dewar.Context) (ids []int64) {
	ids, _ = session.Value[[]int64](c.Session(), "chosen")
	return ids
}

// pages is the class Pages of app.py.
type pages struct{ Page, Pages int64 }

func (p pages) HasPrev() bool { return p.Page > 1 }
func (p pages) HasNext() bool { return p.Page < p.Pages }
func (p pages) Numbers() (list []int64) {
	for n := range p.Pages {
		list = append(list, n+1)
	}
	return list
}

func (a *album) index(c *dewar.Context, page int) error {
	const perPage = 4
	total, err := a.tx(c).NewSelect().Model((*photo)(nil)).Count(c.Context())
	if err != nil {
		return err
	}
	p := pages{int64(page), max(1, (total+perPage-1)/perPage)}
	if p.Page > p.Pages {
		return dewar.StatusError(404)
	}
	list, err := a.photos(c, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Order("photo.id DESC").Limit(perPage).Offset(int64(page-1) * perPage)
	})
	if err != nil {
		return err
	}
	return c.Render("index.html", dewar.Vars{"photos": list, "pages": p})
}

func (a *album) photo(c *dewar.Context, id int) error {
	p, err := a.one(c, id)
	if err != nil {
		return err
	}
	comments, tags := []comment{}, []string{}
	var prev, next []int64
	for _, read := range []error{
		a.tx(c).NewSelect().Model(&comments).Where("photo = ?", id).Order("id").Scan(c.Context()),
		a.tx(c).NewSelect().Table("tag").Column("name").Where("photo = ?", id).Order("name").Scan(c.Context(), &tags),
		a.tx(c).NewSelect().Table("photo").Column("id").Where("id < ?", id).Order("id DESC").Limit(1).Scan(c.Context(), &prev),
		a.tx(c).NewSelect().Table("photo").Column("id").Where("id > ?", id).Order("id").Limit(1).Scan(c.Context(), &next),
	} {
		if read != nil {
			return read
		}
	}
	vars := dewar.Vars{"photo": p, "comments": comments, "tags": tags, "prev": nil, "next": nil}
	if prev != nil {
		vars["prev"] = prev[0]
	}
	if next != nil {
		vars["next"] = next[0]
	}
	return c.Render("photo.html", vars)
}

func (a *album) comment(c *dewar.Context, id int) error {
	if _, err := a.one(c, id); err != nil {
		return err
	}
	said := &comment{Photo: int64(id), Author: c.Form("author"), Body: c.Form("body")}
	if p, _ := signedIn.Get(c); p != nil {
		said.Author = p.Name
	}
	if strings.TrimSpace(said.Body) == "" {
		c.Flash("Say something.", "error")
	} else if _, err := a.tx(c).NewInsert().Model(said).Exec(c.Context()); err != nil {
		return err
	}
	return c.Status(http.StatusFound).Redirect(dewar.To("photo", "id", id).Anchor("comments"))
}

func (a *album) like(c *dewar.Context, id int) error {
	if _, err := a.tx(c).NewUpdate().Table("photo").Set("likes = likes + 1").Where("id = ?", id).Exec(c.Context()); err != nil {
		return err
	}
	p, err := a.one(c, id)
	if err != nil {
		return err
	}
	return c.JSON(map[string]any{"id": id, "likes": p.Likes})
}

func (a *album) tag(c *dewar.Context) error {
	list, err := a.photos(c, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Join("JOIN tag ON tag.photo = photo.id").Where("tag.name = ?", c.Str("name")).Order("photo.id")
	})
	if err != nil {
		return err
	}
	return c.Render("tag.html", dewar.Vars{"name": c.Str("name"), "photos": list})
}

func (a *album) stats(c *dewar.Context) error {
	var people []map[string]any
	err := a.tx(c).NewRaw("SELECT person.name, count(photo.id) AS n, coalesce(sum(size), 0) AS bytes FROM person LEFT JOIN photo ON owner = person.id GROUP BY person.id ORDER BY person.name").Scan(c.Context(), &people)
	if err != nil {
		return err
	}
	list, err := a.photos(c, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Order("photo.id") })
	if err != nil {
		return err
	}
	return c.Render("stats.html", dewar.Vars{"people": people, "photos": list})
}

func (a *album) api(c *dewar.Context) error {
	list, err := a.photos(c, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Order("photo.id") })
	if err != nil {
		return err
	}
	out := []map[string]any{}
	for _, p := range list {
		address, err := c.URL(dewar.To("photo", "id", p.ID).External())
		if err != nil {
			return err
		}
		out = append(out, map[string]any{"id": p.ID, "title": p.Title, "url": address})
	}
	return c.JSON(out)
}

func (a *album) signOut(c *dewar.Context) error {
	c.Session().Delete("person")
	c.Flash("Bye.")
	return c.Redirect(dewar.To("index"))
}

func moveAlbum(app *dewar.App) {
	a := &album{db.New(db.Config{URL: "sqlite:///album.sqlite"})}
	app.Extend(a.database)
	app.Before(a.load)
	app.After(func(c *dewar.Context) error { c.SetHeader("X-Album", "1"); return nil })
	app.TemplateFilter("nl2br", func(text string) markup.HTML {
		lines := []any{}
		for line := range strings.SplitSeq(strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\r\n", "\n"), "\n") {
			lines = append(lines, line)
		}
		return markup.Join("<br>\n", lines...)
	})
	app.TemplateGlobal("plural", func(n int64, one, many string) string {
		if n == 1 {
			return one
		}
		return many
	})
	app.TemplateTest("popular", func(p photo) bool { return p.Likes >= 2 })
	app.ContextProcessor(func(c *dewar.Context) dewar.Vars {
		ids := chosen(c)
		return dewar.Vars{"chosen": ids, "all_tags": func() ([]string, error) {
			var names []string
			err := a.tx(c).NewSelect().Table("tag").ColumnExpr("DISTINCT name").Order("name").Scan(c.Context(), &names)
			return names, err
		}}
	})
	index := func(c *dewar.Context) error { return a.index(c, c.Int("page")) }
	app.Get("/page/<int:page>", index).Name("index")
	app.Get("/", index).Name("index").Defaults(map[string]any{"page": 1})
	dewar.Get1(app, "/photo/<int:id>/", a.photo).Name("photo")
	dewar.Post1(app, "/photo/<int:id>/comment", a.comment).Name("comment")
	dewar.Post1(app, "/photo/<int:id>/like", a.like).Name("like")
	app.Get("/tag/<name>", a.tag).Name("tag")
	app.Get("/stats", a.stats).Name("stats")
	app.Get("/api/photos", a.api).Name("api")
	app.Post("/signout", a.signOut).Name("signout")
	for name, rule := range map[string]string{
		"signin": "/signin", "signup": "/signup", "upload": "/upload", "file": "/photo/<int:id>/file/<path:name>", "download": "/photo/<int:id>/download",
		"choose": "/choose/<int:id>", "delete": "/photo/<int:id>/delete", "chosen_csv": "/chosen.csv",
	} {
		app.BuildOnly(rule, name)
	}
	dewar.OnErrorAs(app, func(c *dewar.Context, e *dewar.HTTPError) error { return c.Render("error.html", dewar.Vars{"e": e}) })
}
