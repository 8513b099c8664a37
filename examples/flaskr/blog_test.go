package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar/contrib/db/dbtest"
)

func TestBlog(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		client := newClient(t, dsn)
		wantPage(t, client.Get("/"), 200, "Nothing here yet.")
		member(t, client, "ada")
		wantPage(t, client.Get("/create"), 200, "<h1>New Post</h1>")
		wantRedirect(t, client.PostForm("/create", post("First & last", "It's 🎉\r\n日本")), "/")
		wantPage(t, client.Get("/"), 200, "First &amp; last", "It&#39;s 🎉\n日本", "by ada on", `href="/1/update"`)

		wantPage(t, client.Get("/1/update"), 200, `value="First &amp; last"`, "It&#39;s 🎉\n日本</textarea>")
		wantRedirect(t, client.PostForm("/1/update", post("Second", "edited")), "/")
		// Saving without a change is no error on any database.
		wantRedirect(t, client.PostForm("/1/update", post("Second", "edited")), "/")
		index := client.Get("/")
		wantPage(t, index, 200, "Second", "edited")
		wantNot(t, index, "First")

		wantRedirect(t, client.PostForm("/1/delete", nil), "/")
		wantNot(t, client.Get("/"), "Second")
		wantPage(t, client.Get("/1/update"), 404)
	})
}

func TestLoginRequired(t *testing.T) {
	client := newClient(t, dbtest.SQLite(t))
	wantNot(t, client.Get("/"), `href="/create"`)
	wantLogin(t, client.Get("/create"), "?next=%2Fcreate")
	wantLogin(t, client.Get("/1/update"), "?next=%2F1%2Fupdate")
	for _, path := range []string{"/create", "/1/update", "/1/delete"} {
		wantLogin(t, client.PostForm(path, post("x", "x")), "")
	}
	wantPage(t, client.Get("/"), 200, "Nothing here yet.")
}

func TestAuthorRequired(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		ada := newClient(t, dsn)
		grace := ada.Another()
		member(t, ada, "ada")
		member(t, grace, "grace")
		wantRedirect(t, ada.PostForm("/create", post("Ada's", "text")), "/")

		wantNot(t, grace.Get("/"), `href="/1/update"`)
		wantPage(t, grace.Get("/1/update"), 403, "Not yours", "<span>grace</span>")
		wantPage(t, grace.PostForm("/1/update", post("stolen", "")), 403)
		wantPage(t, grace.PostForm("/1/delete", nil), 403)
		wantPage(t, ada.Get("/"), 200, "Ada&#39;s", `href="/1/update"`)
	})
}

func TestPostExists(t *testing.T) {
	client := newClient(t, dbtest.SQLite(t))
	member(t, client, "ada")
	wantPage(t, client.Get("/2/update"), 404, "Post id 2 doesn&#39;t exist.")
	wantPage(t, client.PostForm("/2/update", post("x", "")), 404)
	wantPage(t, client.PostForm("/2/delete", nil), 404)
	wantPage(t, client.Get("/-1/update"), 404)
	wantPage(t, client.Get("/99999999999999999999/update"), 404)
}

func TestPostValidates(t *testing.T) {
	client := newClient(t, dbtest.SQLite(t))
	member(t, client, "ada")
	wantRedirect(t, client.PostForm("/create", post("there", "text")), "/")
	tests := []struct {
		name string
		form url.Values
		want string
	}{
		{"no title", post("", "kept text"), "Title is required."},
		{"blank title", post(" \t", "kept text"), "Title is required."},
		{"long title", post(strings.Repeat("ü", maxTitle+1), ""), "Title is limited to 200 characters."},
		{"long body", post("x", strings.Repeat("ü", maxBody+1)), "Body is limited to 50000 characters."},
	}
	for _, path := range []string{"/create", "/1/update"} {
		for _, tt := range tests {
			t.Run(path+" "+tt.name, func(t *testing.T) {
				resp := client.PostForm(path, tt.form)
				wantPage(t, resp, 422, tt.want)
				if strings.HasPrefix(tt.form.Get("body"), "kept") {
					wantPage(t, resp, 422, "kept text") // what was typed is still there
				}
			})
		}
	}
	wantNot(t, client.Get("/"), "kept text")
}

// TestLongestPost: what is just allowed goes into every database.
func TestLongestPost(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		client := newClient(t, dsn)
		member(t, client, "ada")
		title, body := strings.Repeat("🎉", maxTitle), strings.Repeat("日", maxBody)
		wantRedirect(t, client.PostForm("/create", post(title, body)), "/")
		wantPage(t, client.Get("/"), 200, title, body)
	})
}

// TestEscapes: what users write is text, wherever it stands (stored XSS).
func TestEscapes(t *testing.T) {
	client := newClient(t, dbtest.SQLite(t))
	const attack = `"><script>alert(1)</script><img src=x onerror=alert(1)>`
	member(t, client, attack)
	wantRedirect(t, client.PostForm("/create", post(attack, attack)), "/")
	for _, path := range []string{"/", "/1/update"} {
		resp := client.Get(path)
		wantPage(t, resp, 200, "&lt;script&gt;")
		wantNot(t, resp, "<script", "<img src=x")
	}
	wantNot(t, client.PostForm("/1/update", post("", attack)), "<script", "<img src=x")
}

func TestPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		client := newClient(t, dsn)
		member(t, client, "ada")
		for i := range 2*pageSize + 1 {
			wantRedirect(t, client.PostForm("/create", post(fmt.Sprintf("post number %d.", i), "")), "/")
		}
		first, second, third := client.Get("/"), client.Get("/?page=2"), client.Get("/?page=3")
		wantPage(t, first, 200, "post number 40.", "post number 21.", `href="/?page=2"`)
		wantNot(t, first, "post number 20.", "Newer")
		wantPage(t, second, 200, "post number 20.", "post number 1.", `href="/?page=1"`, `href="/?page=3"`)
		wantPage(t, third, 200, "post number 0.")
		wantNot(t, third, "Older")
		for _, page := range []string{"x", "-1", "0", "99999999999999999999", ""} {
			wantPage(t, client.Get("/?page="+page), 200, "post number 40.")
		}
	})
}

func TestErrorPages(t *testing.T) {
	dsn := dbtest.SQLite(t)
	client := newClient(t, dsn)
	wantPage(t, client.Get("/nowhere"), 404, "Not found", "Back to the posts", "Log In")
	member(t, client, "ada")
	// A page that no rule matched knows who asks.
	wantPage(t, client.Get("/nowhere"), 404, "<span>ada</span>")
	wantPage(t, client.PostForm("/create", post("x", strings.Repeat("x", 2<<20))), 413, "Too long")

	query(t, dsn, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "DROP TABLE post")
		return err
	})
	broken := client.Get("/")
	wantPage(t, broken, 500, "Something broke", "this number finds it")
	wantNot(t, broken, "no such table", "SELECT", "sqlite")
}

func TestStaticFiles(t *testing.T) {
	client := newClient(t, dbtest.SQLite(t))
	member(t, client, "ada")
	for path, kind := range map[string]string{"/static/style.css": "text/css; charset=utf-8", "/static/flask.svg": "image/svg+xml"} {
		resp := client.Get(path)
		if resp.Status != 200 || resp.Header.Get("Content-Type") != kind {
			t.Errorf("%s: %d %s", path, resp.Status, resp.Header.Get("Content-Type"))
		}
		// The same for everybody: caches may keep it.
		if v := resp.Header.Get("Vary"); strings.Contains(v, "Cookie") {
			t.Errorf("%s: Vary: %s", path, v)
		}
	}
}

// TestPagesHoldNothingInline: the policy forbids it, so a page that had a style
// or a script of its own would look broken.
func TestPagesHoldNothingInline(t *testing.T) {
	client := newClient(t, dbtest.SQLite(t))
	paths := []string{"/", "/auth/login", "/auth/register", "/nowhere"}
	member(t, client, "ada")
	wantRedirect(t, client.PostForm("/create", post("x", "y")), "/")
	for _, path := range append(paths, "/create", "/1/update") {
		resp := client.Get(path)
		wantNot(t, resp, "style=", "<style", "<script", "onclick=", "javascript:")
		csp := resp.Header.Get("Content-Security-Policy")
		if csp == "" || strings.Contains(csp, "unsafe-inline") {
			t.Errorf("%s: Content-Security-Policy: %q", path, csp)
		}
	}
}
