package main

import (
	"context"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/dewartest"
)

// asProgram, in the environment, makes the test binary behave as flaskr itself:
// tests of whole processes start it that way.
const asProgram = "FLASKR_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Unsetenv(asProgram)
		main()
		return
	}
	os.Exit(m.Run())
}

// newClient makes a visitor of a new Flaskr on a database.
func newClient(t *testing.T, databaseURL string) *dewartest.Client {
	t.Helper()
	t.Setenv("DATABASE_URL", databaseURL)
	app, err := newApp(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return dewartest.New(t, app)
}

// member registers a visitor and logs in.
func member(t *testing.T, visitor *dewartest.Client, username string) *dewartest.Client {
	t.Helper()
	form := url.Values{"username": {username}, "password": {"a long secret"}}
	wantRedirect(t, visitor.PostForm("/auth/register", form), "/auth/login")
	wantRedirect(t, visitor.PostForm("/auth/login", form), "/")
	return visitor
}

func post(title, body string) url.Values { return url.Values{"title": {title}, "body": {body}} }

func wantRedirect(t *testing.T, resp *dewartest.Response, location string) {
	t.Helper()
	if resp.Status != 303 || resp.Location() != location {
		t.Fatalf("got %d to %q, want 303 to %q:\n%s", resp.Status, resp.Location(), location, resp.Text)
	}
}

// wantLogin wants a visitor to be sent to the login form.
func wantLogin(t *testing.T, resp *dewartest.Response, query string) {
	t.Helper()
	if want := "/auth/login" + query; resp.Status != 302 || resp.Location() != want {
		t.Fatalf("got %d to %q, want 302 to %q:\n%s", resp.Status, resp.Location(), want, resp.Text)
	}
}

func wantPage(t *testing.T, resp *dewartest.Response, status int, texts ...string) {
	t.Helper()
	if resp.Status != status {
		t.Fatalf("status %d, want %d:\n%s", resp.Status, status, resp.Text)
	}
	for _, text := range texts {
		if !strings.Contains(resp.Text, text) {
			t.Fatalf("the page lacks %q:\n%s", text, resp.Text)
		}
	}
}

func wantNot(t *testing.T, resp *dewartest.Response, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(resp.Text, text) {
			t.Fatalf("the page has %q:\n%s", text, resp.Text)
		}
	}
}

// query runs a statement on a database behind the application's back.
func query(t *testing.T, databaseURL string, f func(context.Context, bun.Tx) error) {
	t.Helper()
	d := db.New(db.Config{URL: databaseURL})
	if err := d.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer d.Close(t.Context())
	if err := d.InTx(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}
