package dewar_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/sign"
)

func TestAPIBlueprint(t *testing.T) {
	build := func(change ...func(*dewar.Config)) *dewar.App {
		app, _ := newApp(t, change...)
		app.Get("/page", text("page"))
		app.Get("/one", text("one")).API()
		api := dewar.NewBlueprint("api", dewar.BlueprintOptions{Prefix: "/api", API: true})
		api.Get("/things", text("things"))
		inner := dewar.NewBlueprint("inner", dewar.BlueprintOptions{Prefix: "/inner"})
		inner.Get("/thing", text("thing"))
		api.Register(inner)
		app.Register(api)
		twice := dewar.NewBlueprint("twice", dewar.BlueprintOptions{Prefix: "/html"})
		twice.Get("/thing", text("thing"))
		app.Register(twice)
		app.RegisterAs(twice, dewar.Mount{Name: "data", Prefix: "/data", API: true})
		return app
	}
	app := build()
	client := dewartest.New(t, app)
	client.Header.Set("Accept", "text/html")
	rows := []struct {
		method, path string
		status       int
		api          bool
	}{
		{"GET", "/none", 404, false}, {"GET", "/api/none", 404, true}, {"GET", "/api/inner/none", 404, true},
		{"GET", "/html/none", 404, false}, {"GET", "/data/none", 404, true},
		{"POST", "/page", 405, false},
		{"POST", "/api/things", 405, true},
		{"POST", "/api/inner/thing", 405, true}, {"POST", "/html/thing", 405, false}, {"POST", "/data/thing", 405, true},
	}
	for _, row := range rows {
		resp := client.Do(client.NewRequest(row.method, row.path, nil))
		kind := resp.Header.Get("Content-Type")
		if resp.Status != row.status || row.api != strings.Contains(kind, "json") {
			t.Errorf("%s %s: got %d %s", row.method, row.path, resp.Status, kind)
		}
	}
	for _, info := range app.Routes() {
		if want := strings.HasPrefix(info.Rule, "/api") || strings.HasPrefix(info.Rule, "/data") || info.Rule == "/one"; info.API != want {
			t.Errorf("%s: API is %v", info.Rule, info.API)
		}
	}
	handler, err := build(func(c *dewar.Config) {
		c.SecretKey, c.TrustedHosts = dewar.NewSecret(sign.GenerateKey()), []string{"shop.example.com"}
	}).Handler()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		r := httptest.NewRequest(row.method, row.path, nil)
		r.Host = "shop.example.com"
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		want := 308
		if row.api {
			want = 403
		}
		if w.Code != want {
			t.Errorf("plain HTTP, %s %s: got %d, want %d", row.method, row.path, w.Code, want)
		}
	}
}
