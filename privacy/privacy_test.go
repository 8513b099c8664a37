package privacy_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/audit"
	"github.com/dewar-go/dewar/cli"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/privacy"
)

type customer struct {
	ID     int
	Email  string `pii:"contact" json:"email"`
	Friend *customer
	note   string `pii:"note"`
}

type paid struct {
	Card string `secret:""`
	At   time.Time
}

type hidden struct {
	Name string `json:"-" pii:"name"`
	ID   int
}

type own struct {
	Name string `pii:"name"`
}

func (own) MarshalJSON() ([]byte, error) { return []byte(`"somebody"`), nil }

type around struct {
	ID    int
	inner customer
}

type aroundAny struct {
	ID    int
	inner any
}

type plain struct{ Size int }

type embeds struct {
	customer
	plain
	Total int
}

type loop struct {
	Next *loop
	Any  any
}

// TestJSON: no tagged field is encoded by accident, however deep it is; Reveal encodes what is personal and never a secret.
func TestJSON(t *testing.T) {
	ann := customer{ID: 1, Email: "ann@example.org", note: "x"}
	cyclic := &loop{}
	cyclic.Next = &loop{Any: "x"}
	rows := []struct {
		name string
		v    any
		want string // the answer, or "" for a refusal
	}{
		{"a struct", ann, ""},
		{"a pointer", &ann, ""},
		{"an empty list", []customer{}, ""},
		{"in a map", map[string]any{"user": ann}, ""},
		{"deep in maps and lists", map[string]any{"a": []any{1, map[string]any{"b": &ann}}}, ""},
		{"embedded", embeds{customer: ann}, ""},
		{"behind an interface in a struct", loop{Any: ann}, ""},
		{"a secret", paid{Card: "4111"}, ""},
		{"a secret revealed", privacy.Reveal(paid{Card: "4111"}), ""},
		{"a secret revealed in a map", privacy.Reveal(map[string]any{"p": []any{paid{Card: "4111"}}}), ""},
		{"revealed", privacy.Reveal(ann), `{"ID":1,"email":"ann@example.org","Friend":null}`},
		{"a part revealed", map[string]any{"user": privacy.Reveal(ann)}, `{"user":{"ID":1,"email":"ann@example.org","Friend":null}}`},
		{"not encoded anyway", hidden{"ann", 2}, `{"ID":2}`},
		{"decides for itself", []own{{"ann"}}, `["somebody"]`},
		{"nothing tagged", map[string]any{"a": []int{1}, "t": time.Time{}, "n": nil}, `{"a":[1],"n":null,"t":"0001-01-01T00:00:00Z"}`},
		{"nested", cyclic, `{"Next":{"Next":null,"Any":"x"},"Any":null}`},
		{"nil", nil, `null`},
	}
	var log bytes.Buffer
	app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(dewar.NewLogHandler(&log, dewar.LogOptions{}))})
	app.Get("/<int:n>", func(c *dewar.Context) error { return c.JSON(rows[c.Int("n")].v) })
	client := dewartest.New(t, app)
	for i, row := range rows {
		log.Reset()
		got := client.Get("/" + string(rune('0'+i/10)) + string(rune('0'+i%10)))
		if i < 10 {
			got = client.Get("/" + string(rune('0'+i)))
		}
		if row.want == "" {
			if got.Status != 500 || !strings.Contains(log.String(), "privacy_test.") || strings.Contains(log.String(), "ann@") {
				t.Errorf("%s: %d %s\n%s", row.name, got.Status, got.Text, &log)
			}
		} else if got.Status != 200 || strings.TrimSpace(got.Text) != row.want {
			t.Errorf("%s: %d %s\n%s", row.name, got.Status, got.Text, &log)
		}
	}
}

// TestLog: the app's log shows no tagged field, as text and as JSON, whatever holds it.
func TestLog(t *testing.T) {
	ann := &customer{ID: 7, Email: "ann@example.org", note: "tall", Friend: &customer{ID: 8, Email: "bob@example.org"}}
	for _, text := range []bool{false, true} {
		for _, v := range []any{
			ann, *ann, []customer{*ann}, map[string]any{"user": ann}, embeds{customer: *ann}, loop{Any: ann}, [1]*customer{ann},
			hidden{"ann@example.org", 7}, own{"ann@example.org"}, paid{Card: "ann@example.org"}, privacy.Reveal(ann), privacy.Redact(ann),
			around{7, *ann}, struct {
				plain
				Who any
			}{plain{3}, ann}, &aroundAny{7, ann}, []any{&aroundAny{7, ann}, ann},
		} {
			var b bytes.Buffer
			logger := slog.New(dewar.NewLogHandler(&b, dewar.LogOptions{Text: text}))
			logger.Info("seen", "who", v, slog.Group("g", "who", v))
			for _, bad := range []string{"ann@", "bob@", "tall"} {
				if strings.Contains(b.String(), bad) {
					t.Errorf("%T: %s", v, &b)
				}
			}
			if _, cut := v.(around); !cut && !strings.HasPrefix(fmt.Sprintf("%T", v), "*privacy_test.around") && !strings.Contains(b.String(), "[personal]") && !strings.Contains(b.String(), "[secret]") {
				t.Errorf("%T: nothing is marked: %s", v, &b)
			}
		}
	}
	var b bytes.Buffer
	slog.New(slog.NewJSONHandler(&b, nil)).Info("seen", "who", privacy.Redact(ann), "plain", privacy.Redact(struct{ A int }{3}))
	if got := b.String(); strings.Contains(got, "ann@") || !strings.Contains(got, `"ID":7`) || !strings.Contains(got, `"plain":{"A":3}`) {
		t.Error(got)
	}
}

type member struct {
	login.UserMixin
	id string
}

func (m *member) GetID() string { return m.id }

// TestExportAndErase: the commands go through all sources, erase everything that is known of one user and nothing of
// another, and leave an audit log that is whole.
func TestExportAndErase(t *testing.T) {
	dir := t.TempDir()
	orders := map[string]string{"ann": "teapot", "bob": "cup"}
	store := login.NewMemory()
	var trail *audit.Log
	newApp := func(base dewar.Config) (*dewar.App, error) {
		base.Logger = slog.New(slog.DiscardHandler)
		app := dewar.New(base)
		trail = audit.New(audit.NewFile(dir, audit.FileOptions{}), audit.Config{})
		app.Extend(trail, login.New(func(_ *dewar.Context, id string) (*member, error) { return &member{id: id}, nil }, login.Config{Store: store}))
		privacy.Register(app, privacy.Source{
			Name: "orders",
			Export: func(_ context.Context, user string) (any, error) {
				return struct {
					What string `pii:"order"`
				}{orders[user]}, nil
			},
			Erase: func(_ context.Context, user string) error {
				if user == "eve" {
					return errors.New("eve resists")
				}
				delete(orders, user)
				return nil
			},
		})
		privacy.Register(app, privacy.Source{Name: "invoices", Export: func(context.Context, string) (any, error) { return nil, nil }})
		app.Post("/in/<id>", func(c *dewar.Context) error {
			if err := login.In(c, &member{id: c.Str("id")}); err != nil {
				return err
			}
			return c.NoContent()
		})
		return app, nil
	}
	instance := t.TempDir()
	run := func(args ...string) (string, int) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		status := cli.Run(t.Context(), newApp, append([]string{"shop"}, append(args, "--instance", instance)...), &stdout, &stderr)
		return stdout.String() + stderr.String(), status
	}
	if out, status := run("audit", "key"); status != 0 { // makes the instance's key
		t.Fatal(out)
	}
	t.Run("logins", func(t *testing.T) {
		app, err := newApp(dewar.Config{InstanceDir: instance})
		if err != nil {
			t.Fatal(err)
		}
		client := dewartest.New(t, app)
		for _, id := range []string{"ann", "bob"} {
			if got := client.Another().PostForm("/in/"+id, nil).Status; got != 204 {
				t.Fatal(got)
			}
		}
	})
	out, status := run("privacy", "export", "ann")
	for _, want := range []string{`"teapot"`, `"logins"`, `"authn_login_success"`, `"ip": "127.0.0.1"`} {
		if status != 0 || !strings.Contains(out, want) || strings.Contains(out, "bob") || strings.Contains(out, "cup") {
			t.Fatalf("%s is not in, or somebody else is in %d %s", want, status, out)
		}
	}
	if out, status := run("privacy", "erase", "ann"); status != 1 || !strings.Contains(out, "--yes") || orders["ann"] == "" {
		t.Error(status, out)
	}
	if out, status := run("privacy", "erase", "--yes", "ann"); status != 0 || out != "login: erased\norders: erased\naudit: erased\ninvoices: kept\n" {
		t.Error(status, out)
	}
	if out, status := run("privacy", "export", "ann"); status != 0 || strings.Contains(out, "127.0.0.1") || strings.Contains(out, "ann") || strings.Contains(out, "logins") {
		t.Errorf("left of ann: %d %s", status, out)
	}
	if out, _ := run("privacy", "export", "bob"); !strings.Contains(out, "cup") || !strings.Contains(out, "logins") {
		t.Errorf("bob: %s", out)
	}
	if out, status := run("audit", "verify"); status != 0 || !strings.Contains(out, "personal values were erased in") {
		t.Error(status, out)
	}
	if out, status := run("audit", "list", "--who", "bob"); status != 0 || !strings.Contains(out, `actor="bob"`) {
		t.Error(status, out)
	}
	if out, status := run("privacy", "erase", "--yes", "eve"); status != 1 || !strings.Contains(out, "eve resists") || !strings.Contains(out, "audit: erased") {
		t.Error(status, out)
	}
}
