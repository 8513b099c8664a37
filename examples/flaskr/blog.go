package main

import (
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/db"
)

// pageSize is how many posts a page of the list shows.
const pageSize = 20

// blog are the views of posts.
type blog struct{ database *db.Database }

func newBlog(b *blog, a *accounts) *dewar.Blueprint {
	bp := dewar.NewBlueprint("blog", dewar.BlueprintOptions{})
	bp.Guard(a.loadUser())
	bp.Get("/", b.index)
	bp.Route("/create", b.create, "GET", "POST").Guard(members)
	dewar.Route1(bp, "/<int:id>/update", b.update, "GET", "POST").Guard(members)
	dewar.Post1(bp, "/<int:id>/delete", b.delete).Guard(members)
	return bp
}

func (b *blog) index(c *dewar.Context) error {
	page, err := strconv.Atoi(c.Query("page"))
	if err != nil || page < 1 || page > 1_000_000 {
		page = 1
	}
	var posts []Post
	// One more than is shown tells whether there are older ones.
	err = selectPosts(b.database.Reader()).Model(&posts).
		OrderExpr("p.created DESC, p.id DESC").Limit(pageSize + 1).Offset(int64(page-1) * pageSize).
		Scan(c.Context())
	if err != nil {
		return err
	}
	vars := dewar.Vars{"posts": posts, "newer": page - 1, "older": 0}
	if len(posts) > pageSize {
		vars["posts"], vars["older"] = posts[:pageSize], page+1
	}
	return c.Render("blog/index.html", vars)
}

// selectPosts selects posts with the names of their authors.
func selectPosts(from bun.IDB) *bun.SelectQuery {
	return from.NewSelect().
		ColumnExpr("p.id, p.author_id, p.created, p.title, p.body, u.username").
		Join("JOIN ? AS u ON u.id = p.author_id", bun.Ident("user"))
}

func (b *blog) create(c *dewar.Context) error {
	if c.Method() != "POST" {
		return c.Render("blog/create.html", nil)
	}
	title, body := lines(c.Form("title")), lines(c.Form("body"))
	if problem := checkPost(title, body); problem != "" {
		c.Flash(problem, "error")
		return c.Render("blog/create.html", nil)
	}
	tx, err := b.database.Tx(c)
	if err != nil {
		return err
	}
	post := &Post{AuthorID: User.Value(c).ID, Created: time.Now().UTC().Truncate(time.Microsecond), Title: title, Body: body}
	if _, err := tx.NewInsert().Model(post).Exec(c.Context()); err != nil {
		return err
	}
	return c.Redirect(dewar.To("blog.index"))
}

// checkPost says what is wrong with a title and a body, "" for nothing.
func checkPost(title, body string) string {
	switch {
	case strings.TrimSpace(title) == "":
		return "Title is required."
	case longer(title, maxTitle):
		return fmt.Sprintf("Title is limited to %d characters.", maxTitle)
	case longer(body, maxBody):
		return fmt.Sprintf("Body is limited to %d characters.", maxBody)
	}
	return ""
}

// own is a post that the user of this request wrote: 404 when there is no such
// post, 403 when somebody else wrote it.
func (b *blog) own(c *dewar.Context, id int) (*Post, error) {
	tx, err := b.database.Tx(c)
	if err != nil {
		return nil, err
	}
	post := new(Post)
	err = selectPosts(tx).Model(post).Where("p.id = ?", id).Scan(c.Context())
	if errors.Is(err, sql.ErrNoRows) {
		return nil, &dewar.HTTPError{Code: 404, Detail: fmt.Sprintf("Post id %d doesn't exist.", id)}
	}
	if err != nil {
		return nil, err
	}
	if post.AuthorID != User.Value(c).ID {
		return nil, &dewar.HTTPError{Code: 403, Detail: "Only its author may edit a post."}
	}
	return post, nil
}

func (b *blog) update(c *dewar.Context, id int) error {
	post, err := b.own(c, id)
	if err != nil {
		return err
	}
	vars := dewar.Vars{"post": post}
	if c.Method() != "POST" {
		return c.Render("blog/update.html", vars)
	}
	title, body := lines(c.Form("title")), lines(c.Form("body"))
	if problem := checkPost(title, body); problem != "" {
		c.Flash(problem, "error")
		return c.Render("blog/update.html", vars)
	}
	tx, err := b.database.Tx(c)
	if err != nil {
		return err
	}
	_, err = tx.NewUpdate().Model((*Post)(nil)).Set("title = ?", title).Set("body = ?", body).Where("id = ?", id).Exec(c.Context())
	if err != nil {
		return err
	}
	return c.Redirect(dewar.To("blog.index"))
}

func (b *blog) delete(c *dewar.Context, id int) error {
	if _, err := b.own(c, id); err != nil {
		return err
	}
	tx, err := b.database.Tx(c)
	if err != nil {
		return err
	}
	if _, err := tx.NewDelete().Model((*Post)(nil)).Where("id = ?", id).Exec(c.Context()); err != nil {
		return err
	}
	return c.Redirect(dewar.To("blog.index"))
}
