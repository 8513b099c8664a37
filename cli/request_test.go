package cli_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/cli"
	"github.com/dewar-go/dewar/login"
)

type member struct {
	login.UserMixin
	id string
}

func (m *member) GetID() string  { return m.id }
func (m *member) IsActive() bool { return m.id != "gone" }

func TestRequest(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "body.txt")
	if err := os.WriteFile(file, []byte("name=file"), 0o600); err != nil {
		t.Fatal(err)
	}
	factory := func(base dewar.Config) (*dewar.App, error) {
		base.Logger = slog.New(slog.DiscardHandler)
		app := dewar.New(base)
		app.Extend(login.New(func(_ *dewar.Context, id string) (*member, error) {
			if id == "nobody" {
				return nil, login.ErrNotFound
			}
			return &member{id: id}, nil
		}, login.Config{LoginView: "sign_in"}))
		app.Get("/", func(c *dewar.Context) error { return c.Text("hello " + c.Query("to") + "\n") })
		app.Post("/", func(c *dewar.Context) error { return c.Text("posted " + c.Form("name") + "\n") })
		app.Put("/", func(c *dewar.Context) error {
			var v struct {
				Name string `json:"name"`
			}
			if err := c.Bind(&v); err != nil {
				return err
			}
			return c.Text("put " + v.Name + " " + c.Request().Header.Get("X-Mark") + "\n")
		})
		app.Get("/in", func(c *dewar.Context) error { return c.Text("sign in\n") }).Name("sign_in")
		app.Get("/me", func(c *dewar.Context) error {
			me, _ := login.User[*member](c)
			return c.Text("I am " + me.id + "\n")
		}).Guard(login.Required)
		return app, nil
	}
	for _, row := range []struct {
		name   string
		args   []string
		status int
		stdout string
		stderr string
	}{
		{"a page", []string{"/?to=ada"}, 0, "hello ada\n", ""},
		{"a method", []string{"get", "/"}, 0, "hello \n", ""},
		{"a form", []string{"/", "--data", "name=ada"}, 0, "posted ada\n", ""},
		{"a file", []string{"/", "--data", "@" + file}, 0, "posted file\n", ""},
		{"JSON and a header", []string{"PUT", "/", "--data", `{"name":"ada"}`, "--header", "X-Mark: here"}, 0, "put ada here\n", ""},
		{"as a user", []string{"/me", "--as", "ada"}, 0, "I am ada\n", ""},
		{"as nobody", []string{"/me", "--as", "nobody"}, 1, "", "no active user"},
		{"as one who is not active", []string{"/me", "--as", "gone"}, 1, "", "no active user"},
		{"nobody asks", []string{"/", "--as", "ada"}, 0, "hello \n", "nothing in this request asked"},
		{"headers", []string{"HEAD", "/", "--include"}, 0, "Content-Type: text/plain", ""},
		{"an error", []string{"/nowhere"}, 0, "rules, the nearest first", "404 Not Found"},
		{"no path", []string{"nowhere"}, 2, "", "begins with /"},
		{"nothing", nil, 2, "", "which request?"},
		{"a bad header", []string{"/", "--header", "X"}, 2, "", "NAME:VALUE"},
		{"no file", []string{"/", "--data", "@" + dir + "/none"}, 1, "", "no such file"},
	} {
		var stdout, stderr bytes.Buffer
		status := cli.Run(context.Background(), factory, append([]string{"shop", "request", "--instance", dir}, row.args...), &stdout, &stderr)
		if status != row.status || !strings.Contains(stdout.String(), row.stdout) || !strings.Contains(stderr.String(), row.stderr) || row.stderr == "" && stderr.Len() > 0 {
			t.Errorf("%s: %d\n%s\n%s", row.name, status, stdout.String(), stderr.String())
		}
	}
}
