package flaskapps

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/session"
)

// microblog are the views of the microblog that have moved.
type microblog struct{ database *db.Database }

// A user is a row of Flask's, with what templates ask of it.
type user struct {
	bun.BaseModel `bun:"table:user"`
	ID            int64 `bun:",pk,autoincrement"`
	Username      string
	AboutMe       string `bun:",nullzero"`

	login.UserMixin `bun:"-"`

	tx  bun.IDB
	ctx context.Context
}

func (u *user) GetID() string { return strconv.FormatInt(u.ID, 10) }

func (u *user) Initials() string { return strings.ToUpper(u.Username[:min(2, len(u.Username))]) }

// A relation is a lazy relationship of SQLAlchemy's.
type relation struct {
	ctx   context.Context
	query *bun.SelectQuery
}

func (r relation) Count() (int64, error) { return r.query.Count(r.ctx) }

func (u *user) related(column string) relation {
	return relation{u.ctx, u.tx.NewSelect().Table("followers").Where("? = ?", bun.Ident(column), u.ID)}
}

func (u *user) Followers() relation { return u.related("followed_id") }
func (u *user) Followed() relation  { return u.related("follower_id") }

func (u *user) IsFollowing(other *user) (bool, error) {
	return u.Followed().query.Where("followed_id = ?", other.ID).Exists(u.ctx)
}

type post struct {
	bun.BaseModel `bun:"table:post"`
	ID            int64 `bun:",pk,autoincrement"`
	Body          string
	Timestamp     time.Time
	UserID        int64
	Author        *user `bun:"rel:belongs-to,join:user_id=id"`
}

// currentTheme is g.theme.
var currentTheme = dewar.NewKey[string]("theme")

func loadTheme(c *dewar.Context) error {
	theme := c.Cookie("theme")
	if theme == "" {
		theme = "light"
	}
	currentTheme.Set(c, theme)
	return nil
}

// load is Flask-Login's user_loader.
func (m *microblog) load(c *dewar.Context, id string) (*user, error) {
	tx, err := m.database.Tx(c)
	if err != nil {
		return nil, err
	}
	u := &user{tx: tx, ctx: c.Context()}
	return u, tx.NewSelect().Model(u).Where("id = ?", id).Scan(c.Context())
}

func me(c *dewar.Context) *user {
	u, _ := login.User[*user](c)
	return u
}

func (m *microblog) tx(c *dewar.Context) bun.IDB {
	tx, err := m.database.Tx(c)
	if err != nil {
		panic(err)
	}
	return tx
}

func (m *microblog) posts(c *dewar.Context, endpoint, title, template string, where func(*bun.SelectQuery) *bun.SelectQuery, more dewar.Vars) error {
	page := 1
	if _, err := fmt.Sscanf(c.Query("page"), "%d", &page); err != nil {
		page = 1
	}
	if page < 1 {
		return dewar.StatusError(404)
	}
	var list []*post
	found, err := db.Page(c, where(m.tx(c).NewSelect().Model(&list).Relation("Author").Order("post.id DESC")), db.PageOptions{Page: page, PerPage: 3})
	if err != nil {
		return err
	}
	vars := dewar.Vars{"title": title, "posts": found, "endpoint": endpoint, "values": map[string]any{}}
	for name, value := range more {
		vars[name] = value
	}
	return c.Render(template, vars)
}

func all(q *bun.SelectQuery) *bun.SelectQuery { return q }

func (m *microblog) explore(c *dewar.Context) error {
	return m.posts(c, "main.explore", "Explore", "index.html", all, dewar.Vars{"can_post": false})
}

func (m *microblog) index(c *dewar.Context) error {
	me := me(c)
	return m.posts(c, "main.index", "Home", "index.html", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("user_id = ? OR user_id IN (SELECT followed_id FROM followers WHERE follower_id = ?)", me.ID, me.ID)
	}, dewar.Vars{"can_post": true})
}

func (m *microblog) user(c *dewar.Context) error {
	u := &user{tx: m.tx(c), ctx: c.Context()}
	if err := db.FindOr404(c.Context(), m.tx(c).NewSelect().Model(u).Where("username = ?", c.Str("username"))); err != nil {
		return err
	}
	return m.posts(c, "main.user", u.Username, "user.html", func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("user_id = ?", u.ID) },
		dewar.Vars{"user": u, "values": dewar.Vars{"username": u.Username}})
}

func (m *microblog) find(c *dewar.Context, id int) (*post, error) {
	p := &post{}
	return p, db.FindOr404(c.Context(), m.tx(c).NewSelect().Model(p).Relation("Author").Where("post.id = ?", id))
}

func (m *microblog) show(c *dewar.Context, id int) error {
	p, err := m.find(c, id)
	if err != nil {
		return err
	}
	return c.Render("post.html", dewar.Vars{"title": "Post", "post": p})
}

func (m *microblog) post(c *dewar.Context) error {
	me := me(c)
	body := strings.TrimSpace(c.Form("body"))
	if n := utf8.RuneCountInString(body); n < 1 || n > 140 {
		c.Flash("A post has 1 to 140 letters.", "error")
	} else {
		n, err := m.tx(c).NewSelect().Model((*post)(nil)).Count(c.Context())
		if err != nil {
			return err
		}
		p := &post{Body: body, UserID: me.ID, Timestamp: time.Date(2024, 2, 29, 12, 7*int(n), 0, 0, time.UTC)}
		if _, err := m.tx(c).NewInsert().Model(p).Exec(c.Context()); err != nil {
			return err
		}
		c.Flash("Your post is live: <b>look</b>!", "success")
	}
	return c.Status(http.StatusFound).Redirect(dewar.To("main.index"))
}

func (m *microblog) delete(c *dewar.Context, id int) error {
	p, err := m.find(c, id)
	if err != nil {
		return err
	}
	if me(c).ID != p.UserID {
		return dewar.StatusError(403)
	}
	if _, err := m.tx(c).NewDelete().Model(p).WherePK().Exec(c.Context()); err != nil {
		return err
	}
	c.Flash("Deleted.", "success")
	if next := c.Form("next"); next != "" {
		return c.Redirect(dewar.Path(next))
	}
	return c.Redirect(dewar.To("main.index"))
}

func (m *microblog) follow(c *dewar.Context) error {
	me := me(c)
	u := &user{}
	if err := db.FindOr404(c.Context(), m.tx(c).NewSelect().Model(u).Where("username = ?", c.Str("username"))); err != nil {
		return err
	}
	following, err := me.IsFollowing(u)
	row := map[string]any{"follower_id": me.ID, "followed_id": u.ID}
	switch {
	case err != nil:
	case me.ID == u.ID:
		c.Flash("You cannot follow yourself!", "error")
	case following:
		_, err = m.tx(c).NewDelete().Table("followers").Where("follower_id = ? AND followed_id = ?", me.ID, u.ID).Exec(c.Context())
		c.Flash("You are not following " + u.Username + ".")
	default:
		_, err = m.tx(c).NewInsert().Model(&row).Table("followers").Exec(c.Context())
		c.Flash("You are following " + u.Username + "!")
	}
	if err != nil {
		return err
	}
	return c.Status(http.StatusFound).Redirect(dewar.To("main.user", "username", u.Username))
}

func (m *microblog) logout(c *dewar.Context) error {
	if err := login.Out(c); err != nil {
		return err
	}
	return c.Status(http.StatusFound).Redirect(dewar.To("main.explore"))
}

func (m *microblog) about(c *dewar.Context) error {
	visits, _ := session.Value[int64](c.Session(), "visits")
	c.Session().Set("visits", visits+1)
	theme, _ := currentTheme.Get(c)
	c.SetHeader("X-Theme", theme)
	return c.Render("about.html", dewar.Vars{"title": "About"})
}

func (m *microblog) setTheme(c *dewar.Context) error {
	if err := c.SetCookie(http.Cookie{Name: "theme", Value: c.Str("name"), MaxAge: 3600}); err != nil {
		return err
	}
	return c.Status(http.StatusFound).Redirect(dewar.To("main.about"))
}

func (m *microblog) search(c *dewar.Context) error {
	found, q := []*post{}, c.Query("q")
	if q != "" {
		escaped := strings.NewReplacer("/", "//", "%", "/%", "_", "/_").Replace(q)
		if err := m.tx(c).NewSelect().Model(&found).Relation("Author").Where("body LIKE ? ESCAPE '/'", "%"+escaped+"%").Order("post.id").Scan(c.Context()); err != nil {
			return err
		}
	}
	return c.Render("search.html", dewar.Vars{"title": "Search", "q": q, "found": found})
}

func moveMicroblog(app *dewar.App) {
	m := &microblog{db.New(db.Config{URL: "sqlite:///microblog.db"})}
	app.Extend(m.database)
	app.Extend(login.New(m.load, login.Config{
		LoginView: "auth.login", LoginMessage: "Please log in to see this page.", LoginMessageCategory: "info",
	}))
	app.Before(loadTheme)
	app.TemplateFilter("moment", func(at time.Time) string { return at.Format("02 Jan 2006 15:04") })
	app.TemplateFilter("pluralize", func(n int64, word string) string {
		if n == 1 {
			return fmt.Sprintf("%d %s", n, word)
		}
		return fmt.Sprintf("%d %ss", n, word)
	})
	app.ContextProcessor(func(*dewar.Context) dewar.Vars {
		return dewar.Vars{"site": "Microblog", "year": 2024}
	})
	main := dewar.NewBlueprint("main", dewar.BlueprintOptions{})
	index := m.index
	main.Get("/index", index).Name("index").Guard(login.Required) // the first is for url_for; Python's decorators go from below
	main.Get("/", index).Name("index").Guard(login.Required)
	main.Get("/explore/", m.explore).Name("explore")
	main.Get("/search", m.search).Name("search")
	main.Get("/about", m.about).Name("about")
	main.Get("/theme/<any(light, dark):name>", m.setTheme).Name("set_theme")
	main.Get("/user/<username>", m.user).Name("user").Guard(login.Required)
	dewar.Get1(main, "/post/<int:id>", m.show).Name("show")
	main.Post("/post", m.post).Name("post").Guard(login.Required)
	main.Post("/post/<int:id>/delete", func(c *dewar.Context) error { return m.delete(c, c.Int("id")) }).Name("delete").Guard(login.Required)
	main.Post("/follow/<username>", m.follow).Name("follow").Guard(login.Required)
	app.Register(main)
	auth := dewar.NewBlueprint("auth", dewar.BlueprintOptions{Prefix: "/auth"})
	auth.Post("/logout", m.logout).Name("logout")
	app.Register(auth)
	for name, rule := range map[string]string{
		"main.profile": "/profile", "auth.login": "/auth/login", "auth.register": "/auth/register", "static": "/static/<path:filename>",
	} {
		app.BuildOnly(rule, name)
	}
	for code, title := range map[int]string{404: "Not found", 403: "Forbidden"} {
		app.OnError(code, func(c *dewar.Context, e *dewar.HTTPError) error {
			vars := dewar.Vars{"title": title}
			if code == 404 {
				vars["e"] = e
			}
			return c.Render(fmt.Sprintf("errors/%d.html", code), vars)
		})
	}
}
