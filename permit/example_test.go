package permit_test

import (
	"fmt"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/permit"
)

type Author struct {
	login.UserMixin
	Name string
}

func (a *Author) GetID() string   { return a.Name }
func (a *Author) Roles() []string { return []string{"editor"} }

type Article struct {
	AuthorName string
	Locked     bool
}

// A route for editors, and an action that only the author of an article has, until it is locked.
func Example() {
	policies := permit.New(permit.Config{DenyByDefault: true, Roles: []string{"editor"}})
	permit.On(policies, "edit",
		permit.Owner("author_name", func(a *Author) string { return a.Name }, func(a *Article) string { return a.AuthorName }),
		permit.Deny("locked", "The article is locked.", func(_ *dewar.Context, _ *Author, a *Article) (bool, error) { return a.Locked, nil }))

	app := dewar.New(dewar.Config{})
	app.Extend(login.New(func(_ *dewar.Context, id string) (*Author, error) { return &Author{Name: id}, nil }, login.Config{}), policies)

	editors := permit.NewPermission(permit.RoleNeed("editor"))
	app.Get("/articles/drafts", func(c *dewar.Context) error { return c.Text("…") }).Guard(editors.Require())
	app.Post("/articles/<int:id>", func(c *dewar.Context) error {
		article := &Article{AuthorName: "ann"} // of the database
		if err := permit.Check(c, "edit", article); err != nil {
			return err
		}
		return c.NoContent()
	}).Guard(login.Required)
	fmt.Println(editors)
	// Output: role:editor
}

// A list of what the user may see.
func ExampleWhere() {
	_ = func(c *dewar.Context) error {
		where, err := permit.Where[*Article](c, "edit")
		if err != nil {
			return err
		}
		// database.Reader().NewSelect().Model(&articles).Where(where.SQL, where.Args...)
		return c.Text(where.SQL)
	}
}
