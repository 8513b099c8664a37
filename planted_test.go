package dewar_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/secure"
	"github.com/dewar-go/dewar/uploads"
)

// TestPlantedBugs: check finds six mistakes of applications. The other two, SQL
// put together with values and an open redirect, are planted in contrib/vet.
func TestPlantedBugs(t *testing.T) {
	signedIn := dewar.GuardFunc(dewar.StagePermission, "login", func(*dewar.Context) error { return nil })
	static := t.TempDir()
	if err := os.Mkdir(filepath.Join(static, "uploads"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name   string
		config func(*dewar.Config)
		app    func(*dewar.App)
		number string
	}{
		{name: "nothing"},
		{name: "a missing guard", app: func(app *dewar.App) {
			app.Post("/edit", text("x")).Name("edit").Guard(signedIn)
			app.Post("/publish", text("x")).Name("publish")
		}, number: "DW301"},
		{name: "debug on", config: func(c *dewar.Config) { c.Debug = true }, number: "DW100"},
		{name: "a default key", config: func(c *dewar.Config) { c.SecretKey = dewar.NewSecret("dev") }, number: "DW100"},
		{name: "safe on input", config: func(c *dewar.Config) {
			c.Templates = fstest.MapFS{"a.html": {Data: []byte(`<p>{{ request.args.q|safe }}</p>`)}}
		}, number: "DW510"},
		{name: "CORS for all", app: func(app *dewar.App) {
			app.Get("/me", text("x")).Name("me").Guard(signedIn, dewar.CORS(secure.CORSOptions{Origins: []string{"*"}}))
		}, number: "DW305"},
		{name: "uploads into the static folder", config: func(c *dewar.Config) { c.Static = os.DirFS(static) }, app: func(app *dewar.App) {
			app.Extend(uploads.New(uploads.Options{Dir: filepath.Join(static, "uploads"), Endings: []string{".png"}}))
		}, number: "DW100"},
	} {
		app := checked(t, row.config)
		if row.app != nil {
			row.app(app)
		}
		var numbers []string
		for _, f := range app.Check() {
			numbers = append(numbers, f.Number)
		}
		if row.number == "" && len(numbers) > 0 || row.number != "" && !slices.Contains(numbers, row.number) {
			t.Errorf("%s: %q, want %s", row.name, numbers, row.number)
		}
	}
}
