package thirdparty

import (
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/forms"
)

// attack is what a user may try to have put into a page as it stands.
const attack = `"><script>alert(1)</script><img src=x onerror=alert(1)><!--`

// TestTutorialTemplatesParse renders Flaskr's templates with hostile values and
// reads the pages as a browser does: the elements are those of the templates,
// and the values are text and attribute values that come back as they were.
func TestTutorialTemplatesParse(t *testing.T) {
	type account struct {
		Username string `form:"username" check:"required"`
		Password string `form:"password" type:"password" check:"required"`
	}
	type draft struct {
		Title string `form:"title" check:"required"`
		Body  string `form:"body" type:"textarea"`
	}
	app := dewar.New(dewar.Config{
		Templates:       os.DirFS("../../examples/flaskr/templates"),
		TemplateFolders: []dewar.TemplateFolder{{FS: forms.Templates}},
		Static:          os.DirFS("../../examples/flaskr/static"),
		InstanceDir:     t.TempDir(),
		Logger:          slog.New(slog.DiscardHandler),
	})
	post := map[string]any{"id": 1, "author_id": 7, "username": attack, "title": attack, "body": attack, "created": time.Unix(0, 0)}
	page := func(name string, vars dewar.Vars) dewar.View {
		return func(c *dewar.Context) error {
			c.Flash(attack, "error")
			all := dewar.Vars{"current_user": map[string]any{"id": 7, "username": attack, "is_authenticated": true}}
			if strings.HasPrefix(name, "auth/") {
				all["form"] = forms.New[account](c)
			} else {
				all["form"] = forms.New[draft](c, forms.Options{From: vars["post"]})
			}
			maps.Copy(all, vars)
			return c.Render(name, all)
		}
	}
	auth := dewar.NewBlueprint("auth", dewar.BlueprintOptions{Prefix: "/auth"})
	auth.Get("/login", page("auth/login.html", nil)).Name("login")
	auth.Get("/register", page("auth/register.html", nil)).Name("register")
	auth.Post("/logout", page("auth/login.html", nil)).Name("logout")
	app.Register(auth)
	blog := dewar.NewBlueprint("blog", dewar.BlueprintOptions{})
	blog.Get("/", page("blog/index.html", dewar.Vars{"posts": []any{post, post}, "newer": 1, "older": 3})).Name("index")
	blog.Get("/create", page("blog/create.html", nil)).Name("create")
	blog.Get("/<int:id>/update", page("blog/update.html", dewar.Vars{"post": post})).Name("update")
	blog.Post("/<int:id>/delete", page("blog/index.html", nil)).Name("delete")
	app.Register(blog)
	client := dewartest.New(t, app)

	known := []string{"html", "head", "meta", "title", "link", "body", "a", "nav", "img", "ul", "li", "span", "form", "input", "button",
		"main", "header", "h1", "h2", "p", "div", "time", "article", "hr", "label", "textarea", "details", "summary", "footer"}
	for path, want := range map[string]int{"/auth/login": 2, "/auth/register": 2, "/": 8, "/create": 2, "/1/update": 6} {
		resp := client.Get(path)
		if resp.Status != 200 {
			t.Fatalf("%s: %d\n%s", path, resp.Status, resp.Text)
		}
		doc, err := html.Parse(strings.NewReader(resp.Text))
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for n := range doc.Descendants() {
			switch n.Type {
			case html.ElementNode:
				if !slices.Contains(known, n.Data) {
					t.Errorf("%s: an element <%s> that no template has", path, n.Data)
				}
				for _, a := range n.Attr {
					if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
						t.Errorf("%s: an attribute %s=%q", path, a.Key, a.Val)
					}
					if a.Val == attack {
						found++
					}
				}
			case html.TextNode:
				found += strings.Count(n.Data, attack)
			case html.CommentNode:
				t.Errorf("%s: a comment %q", path, n.Data)
			}
		}
		// The bar and the message have it on every page.
		if found != want {
			t.Errorf("%s: the value came back %d times, want %d\n%s", path, found, want, resp.Text)
		}
	}
}
