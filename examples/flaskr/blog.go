package main

import (
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/forms"
	"github.com/dewar-go/dewar/login"
)

// pageSize is how many posts a page of the list shows.
const pageSize = 20

// blog are the views of posts.
type blog struct{ database *db.Database }

func newBlog(b *blog) *dewar.Blueprint {
	bp := dewar.NewBlueprint("blog", dewar.BlueprintOptions{})
	bp.Get("/", b.index)
	bp.Route("/create", b.create, "GET", "POST").Guard(login.Required)
	dewar.Route1(bp, "/<int:id>/update", b.update, "GET", "POST").Guard(login.Required)
	dewar.Post1(bp, "/<int:id>/delete", b.delete).Guard(login.Required)
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

// A postForm is the form of a post.
type postForm struct {
	Title string `form:"title" check:"required('Title is required.'), length(max=200, message='Title is limited to %(max)d characters.')"`
	Body  string `form:"body" type:"textarea" check:"length(max=50000, message='Body is limited to %(max)d characters.')" attrs:"rows=10"`
}

func (b *blog) create(c *dewar.Context) error {
	form := forms.New[postForm](c)
	if !form.Valid() {
		return form.Render("blog/create.html", nil)
	}
	tx, err := b.database.Tx(c)
	if err != nil {
		return err
	}
	post := &Post{AuthorID: author(c), Created: time.Now().UTC().Truncate(time.Microsecond)}
	form.Populate(post)
	post.Body = lines(post.Body)
	if _, err := tx.NewInsert().Model(post).Exec(c.Context()); err != nil {
		return err
	}
	return c.Redirect(dewar.To("blog.index"))
}

// author is the id of the user of this request.
func author(c *dewar.Context) int64 {
	account, _ := login.User[*Account](c)
	return account.ID
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
	if post.AuthorID != author(c) {
		return nil, &dewar.HTTPError{Code: 403, Detail: "Only its author may edit a post."}
	}
	return post, nil
}

func (b *blog) update(c *dewar.Context, id int) error {
	post, err := b.own(c, id)
	if err != nil {
		return err
	}
	form := forms.New[postForm](c, forms.Options{From: post})
	if !form.Valid() {
		return form.Render("blog/update.html", dewar.Vars{"post": post})
	}
	form.Populate(post)
	post.Body = lines(post.Body)
	tx, err := b.database.Tx(c)
	if err != nil {
		return err
	}
	if _, err := tx.NewUpdate().Model(post).Column("title", "body").WherePK().Exec(c.Context()); err != nil {
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
