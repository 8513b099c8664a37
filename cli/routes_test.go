package cli

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
)

func routed(base dewar.Config) (*dewar.App, error) {
	base.Logger = slog.New(slog.DiscardHandler)
	app := dewar.New(base)
	page := func(c *dewar.Context) error { return c.Text("page") }
	app.Get("/", page).Name("index")
	bp := dewar.NewBlueprint("auth", dewar.BlueprintOptions{Prefix: "/auth"})
	members := dewar.GuardFunc(dewar.StagePermission, "login required", func(*dewar.Context) error { return nil })
	bp.Route("/<int:id>/edit", page, "GET", "POST").Name("edit").Guard(members)
	bp.Post("/hook", page).Name("hook").InsecureNoCSRF()
	app.Register(bp)
	app.BuildOnly("/account", "account")
	app.RedirectRule("/old/<int:id>", "/auth/<id>/edit")
	return app, nil
}

func TestRoutes(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if status := Run(t.Context(), routed, []string{"shop", "routes"}, &stdout, &stderr); status != 0 || stderr.Len() > 0 {
		t.Fatalf("status %d, stderr %q", status, stderr.String())
	}
	lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
	if len(lines) != 6 {
		t.Fatalf("want a head and five routes:\n%s", stdout.String())
	}
	for i, want := range [][]string{
		{"ENDPOINT", "METHODS", "RULE", "GUARDS"},
		{"index", "GET", " / "},
		{"auth.edit", "GET", "POST", "/auth/<int:id>/edit", "login required"},
		{"auth.hook", "POST", "/auth/hook"},
		{"account", "(build only)", "/account"},
		{"(redirect)", "/old/<int:id> -> /auth/<id>/edit"},
	} {
		for _, text := range want {
			if !strings.Contains(lines[i], text) {
				t.Errorf("line %d lacks %q: %s", i, text, lines[i])
			}
		}
	}
	// The columns stand below each other.
	if strings.Index(lines[0], "RULE") != strings.Index(lines[2], "/auth/") {
		t.Errorf("the columns are not aligned:\n%s", stdout.String())
	}
}

func TestRoutesJSON(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if status := Run(t.Context(), routed, []string{"shop", "routes", "--json"}, &stdout, &stderr); status != 0 || stderr.Len() > 0 {
		t.Fatalf("status %d, stderr %q", status, stderr.String())
	}
	var list []route
	decoder := json.NewDecoder(&stdout)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 5 {
		t.Fatalf("got %+v", list)
	}
	edit, hook := list[1], list[2]
	if edit.Endpoint != "auth.edit" || edit.Rule != "/auth/<int:id>/edit" || !slices.Contains(edit.Methods, "POST") ||
		!slices.Contains(edit.Guards, "login required") || edit.InsecureNoCSRF || edit.MaxBody <= 0 || !strings.Contains(edit.Source, "routes_test.go:") {
		t.Errorf("got %+v", edit)
	}
	if !hook.InsecureNoCSRF || hook.BuildOnly || hook.RedirectTo != "" {
		t.Errorf("got %+v", hook)
	}
	if account, old := list[3], list[4]; !account.BuildOnly || len(account.Methods)+len(account.Guards) > 0 || old.RedirectTo != "/auth/<id>/edit" {
		t.Errorf("got %+v and %+v", account, old)
	}
}
