package audit_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/audit"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/permit"
)

type member struct {
	login.UserMixin
	name  string
	roles []string
}

func (m *member) GetID() string   { return m.name }
func (m *member) Roles() []string { return m.roles }

type page struct{ owner string }

// TestWhatArrives: of logins, of denials with their rule, and of refused requests there are records that say who, from
// where, in which request, how it went and why.
func TestWhatArrives(t *testing.T) {
	store := audit.NewFile(t.TempDir(), audit.FileOptions{})
	l := audit.New(store, audit.Config{})
	app, _ := newApp(t, l)
	manager := login.New(func(_ *dewar.Context, id string) (*member, error) { return &member{name: id}, nil }, login.Config{})
	policies := permit.New(permit.Config{Roles: []string{"admin"}})
	permit.On(policies, "edit",
		permit.Owner("owner", func(m *member) string { return m.name }, func(p *page) string { return p.owner }),
		permit.Deny("locked", "It is locked.", func(_ *dewar.Context, _ *member, p *page) (bool, error) { return p.owner == "locked", nil }))
	app.Extend(manager, policies)
	app.Post("/in", func(c *dewar.Context) error {
		name := c.Form("name")
		if c.Form("password") != "right" {
			c.Emit(dewar.SecurityEvent{Name: dewar.EventLoginFail, User: name})
			return dewar.StatusError(401)
		}
		if err := login.In(c, &member{name: name}); err != nil {
			return err
		}
		return c.NoContent()
	})
	app.Post("/out", func(c *dewar.Context) error {
		if err := login.Out(c); err != nil {
			return err
		}
		return c.NoContent()
	})
	app.Post("/edit/<owner>", func(c *dewar.Context) error {
		if err := permit.Check(c, "edit", &page{c.Str("owner")}); err != nil {
			return err
		}
		return c.NoContent()
	})
	app.Get("/admin", func(c *dewar.Context) error { return c.NoContent() }).Guard(permit.NewPermission(permit.RoleNeed("admin")).Require())
	app.Post("/end/<who>", func(c *dewar.Context) error {
		if err := manager.EndUser(c.Context(), c.Str("who")); err != nil {
			return err
		}
		return c.NoContent()
	}).Guard(login.Required)
	client := dewartest.New(t, app)
	seen := 1
	for _, row := range []struct {
		method, path string
		form         url.Values
		status       int
		records      []string // event outcome code actor target detail
	}{
		{"POST", "/in", url.Values{"name": {"ann"}, "password": {"wrong"}}, 401, []string{"authn_login_fail failure  ann  ", "authz_fail denied 401   "}},
		{"GET", "/admin", nil, 401, []string{"authz_fail denied 401   "}},
		{"POST", "/in", url.Values{"name": {"ann"}, "password": {"right"}}, 204, []string{"authn_login_success success  ann  full", "session_created success  ann  "}},
		{"POST", "/edit/bob", nil, 403, []string{"authz_fail denied no_rule ann  edit *audit_test.page: no_rule"}},
		{"POST", "/edit/locked", nil, 403, []string{"authz_fail denied locked ann  edit *audit_test.page: locked"}},
		{"POST", "/edit/ann", nil, 204, nil},
		{"GET", "/admin", nil, 403, []string{"authz_fail denied 403 ann  "}},
		{"POST", "/end/bob", nil, 204, []string{"authn_token_revoked success   bob all logins and remember tokens"}},
		{"POST", "/out", nil, 204, []string{"session_expired success  ann  logout"}},
		{"GET", "/a/../admin", nil, 400, []string{"malicious_extraneous denied 400   Bad Request"}},
	} {
		r := client.NewRequest(row.method, row.path, strings.NewReader(row.form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		got := client.Do(r)
		if err := l.Write(audit.Event{Name: "barrier"}); err != nil { // events of the process are not waited for
			t.Fatal(err)
		}
		all := rows(t, store)
		var records []string
		ids := map[string]bool{}
		for _, r := range all[seen : len(all)-1] {
			v := r.Values
			records = append(records, fmt.Sprint(r.Record.Event, " ", r.Record.Outcome, " ", r.Record.Code, " ", v.Actor, " ", v.Target, " ", v.Private["detail"]))
			if ids[r.Record.RequestID] = true; v.IP != "127.0.0.1" && row.path != "/end/bob" {
				t.Errorf("%s: no address: %+v", row.path, v)
			}
		}
		seen = len(all)
		if got.Status != row.status || !slices.Equal(records, row.records) {
			t.Errorf("%s %s: %d\n%q\nwant\n%q", row.method, row.path, got.Status, records, row.records)
		}
		if len(ids) > 1 || ids[""] && row.path != "/end/bob" {
			t.Errorf("%s: request ids %v", row.path, ids)
		}
	}
}
