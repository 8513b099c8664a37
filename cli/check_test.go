package cli

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dewar-go/dewar"
)

// flawed has a route without CSRF and templates with an error, a warning and a note.
func flawed(templates fstest.MapFS) Factory {
	return func(base dewar.Config) (*dewar.App, error) {
		base.Logger = slog.New(slog.DiscardHandler)
		base.Templates = templates
		app := dewar.New(base)
		app.Get("/", func(c *dewar.Context) error { return c.Text("page") }).Name("index")
		app.Post("/hook", func(c *dewar.Context) error { return c.Text("page") }).Name("hook").InsecureNoCSRF()
		return app, nil
	}
}

func TestCheck(t *testing.T) {
	noted := fstest.MapFS{"a.html": {Data: []byte("{{ x|safe }}")}}
	wrong := fstest.MapFS{"a.html": {Data: []byte("\n{{ url_for('none') }}")}}
	for _, row := range []struct {
		name    string
		factory Factory
		args    string
		status  int
		stdout  []string
	}{
		{"nothing", routedClean, "", 0, []string{"ENDPOINT", "index", "1 routes, 0 errors, 0 warnings, 0 notes"}},
		{"a warning", flawed(noted), "", 1, []string{"hook", "check_test.go:", "warning [DW302 no-csrf] route /hook (hook)", "note [DW510 safe-filter]", "0 errors, 1 warnings, 1 notes"}},
		{"an accepted warning", flawed(noted), "--accept no-csrf", 0, []string{"warning [DW302 no-csrf]"}},
		{"accepted by number", flawed(noted), "--accept DW302", 0, []string{"warning [DW302 no-csrf]"}},
		{"notes fail", flawed(noted), "--accept DW302 --fail-level note", 1, nil},
		{"errors alone fail", flawed(noted), "--fail-level error", 0, nil},
		{"an unknown level", flawed(noted), "--fail-level fatal", 2, nil},
		{"to be deployed", routedClean, "--deploy", 1, []string{"error [DW100 configuration]", "TrustedHosts"}},
		{"a page", routedClean, "--explain dw302", 0, []string{"# DW302: no-csrf", "InsecureNoCSRF"}},
		{"a page by its ID", routedClean, "--explain no-csrf", 0, []string{"# DW302: no-csrf"}},
		{"no such page", routedClean, "--explain DW999", 2, nil},
		{"another accepted", flawed(noted), "--accept safe-filter", 1, nil},
		{"an error", flawed(wrong), "--accept no-csrf", 1, []string{"a.html:2:4: error [DW506 unknown-endpoint]"}},
		{"in the open", routedClean, "--host 0.0.0.0", 1, []string{"error [DW100 configuration]", "SecretKey", "TrustedHosts"}},
		{"debug", routedClean, "--debug", 0, nil},
		{"debug in the open", routedClean, "--debug --host example.com", 1, []string{"Debug"}},
		{"both forms", routedClean, "--json --sarif", 2, nil},
		{"a policy", routedClean, "--csp", 0, []string{"No page has been read yet"}},
		{"a policy as JSON", routedClean, "--csp --json", 0, []string{`"policy": {}`}},
		{"a policy as SARIF", routedClean, "--csp --sarif", 2, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			args := append([]string{"shop", "check", "--instance", t.TempDir()}, strings.Fields(row.args)...)
			if status := Run(t.Context(), row.factory, args, &stdout, &stderr); status != row.status {
				t.Errorf("status %d, want %d: %s", status, row.status, stderr.String())
			}
			if row.status < 2 && stderr.Len() > 0 {
				t.Errorf("standard error: %s", stderr.String())
			}
			for _, want := range row.stdout {
				if !strings.Contains(stdout.String(), want) {
					t.Errorf("%q is missing in\n%s", want, stdout.String())
				}
			}
		})
	}
}

func routedClean(base dewar.Config) (*dewar.App, error) { return newApp(base) }

func TestCheckJSON(t *testing.T) {
	var stdout, stderr bytes.Buffer
	templates := fstest.MapFS{"a.html": {Data: []byte("{{ x|safe }}")}}
	if status := Run(t.Context(), flawed(templates), []string{"shop", "check", "--json", "--instance", t.TempDir()}, &stdout, &stderr); status != 1 {
		t.Fatalf("status %d: %s", status, stderr.String())
	}
	var got struct {
		Routes   []route
		Findings []finding
	}
	decoder := json.NewDecoder(&stdout)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&got); err != nil {
		t.Fatal(err)
	}
	if len(got.Routes) != 2 || len(got.Findings) != 2 || got.Findings[0].ID != "no-csrf" || got.Findings[0].Number != "DW302" || !strings.HasSuffix(got.Findings[0].Page, "/docs/checks/DW302.md") || got.Findings[0].Severity != "warning" ||
		!strings.Contains(got.Findings[0].Source, "check_test.go:") || got.Findings[1].Source != "a.html:1:6" {
		t.Errorf("%+v", got)
	}
}

// The log has what the schema of SARIF 2.1.0 requires: rules that the results
// point to, levels of its own and regions from 1.
func TestCheckSARIF(t *testing.T) {
	var stdout, stderr bytes.Buffer
	templates := fstest.MapFS{"a.html": {Data: []byte("{{ x|safe }}")}}
	if status := Run(t.Context(), flawed(templates), []string{"shop", "check", "--sarif", "--instance", t.TempDir()}, &stdout, &stderr); status != 1 {
		t.Fatalf("status %d: %s", status, stderr.String())
	}
	var log sarifLog
	if err := json.Unmarshal(stdout.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || len(log.Runs) != 1 || len(log.Runs[0].Results) != 2 {
		t.Fatalf("%+v", log)
	}
	run := log.Runs[0]
	for _, r := range run.Results {
		if run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID || r.Message.Text == "" || run.Tool.Driver.Rules[r.RuleIndex].HelpURI == "" || len(r.Locations) != 1 {
			t.Errorf("%+v", r)
		}
	}
	if run.Results[0].RuleID != "DW302" {
		t.Errorf("%+v", run.Results[0])
	}
	at := run.Results[1].Locations[0].PhysicalLocation
	if run.Results[1].Level != "note" || at.ArtifactLocation.URI != "a.html" || at.Region.StartLine != 1 || at.Region.StartColumn != 6 {
		t.Errorf("%+v", run.Results[1])
	}
}

func TestPlace(t *testing.T) {
	for source, want := range map[string][3]any{
		"a.html:3:7": {"a.html", 3, 7}, "x/main.go:12": {"x/main.go", 12, 0}, "setting": {"setting", 0, 0}, "a:b:c": {"a:b:c", 0, 0},
	} {
		p := place(source)
		line, column := 0, 0
		if p.Region != nil {
			line, column = p.Region.StartLine, p.Region.StartColumn
		}
		if p.ArtifactLocation.URI != want[0] || line != want[1] || column != want[2] {
			t.Errorf("%s: %s %d %d", source, p.ArtifactLocation.URI, line, column)
		}
	}
}

func TestDeployFindings(t *testing.T) {
	day := func(text string) time.Time { d, _ := time.Parse(time.DateOnly, text); return d }
	for _, row := range []struct {
		version, godebug, now string
		want                  string
	}{
		{"go1.26.8", "", "2027-01-31", ""},
		{"go1.26.8", "", "2027-03-01", "go-version"},
		{"go1.25.1 X:nogreenteagc", "", "2026-09-01", "go-version"},
		{"go1.27rc1", "", "2026-09-01", ""},
		{"devel go1.28-abc", "", "2026-09-01", ""},
		{"go1.26.8", "tlsrsakex=1,gctrace=1", "2026-12-01", "godebug"},
		{"go1.26.8", "tlsrsakex=0,gctrace=1", "2026-12-01", ""},
	} {
		var ids []string
		for _, f := range deployFindings(row.version, row.godebug, day(row.now)) {
			ids = append(ids, f.ID)
		}
		if got := strings.Join(ids, " "); got != row.want {
			t.Errorf("%s %q on %s: %q, want %q", row.version, row.godebug, row.now, got, row.want)
		}
	}
}
