package flaskapps

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/flask"
	"github.com/dewar-go/dewar/jinja"
)

// flaskKey is the SECRET_KEY of both applications.
const flaskKey = "a key for tests alone, of 32 bytes or more"

// config is that of an app in front of one of the applications, whose data is in
// folder.
func config(t *testing.T, name, folder string) dewar.Config {
	t.Helper()
	logger := slog.New(slog.NewTextHandler(&testLog{t: t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return dewar.Config{
		InstanceDir: folder, OnListen: func(string, net.Addr) {}, Logger: logger, SecretKey: dewar.NewSecret(flaskKey), Flask: &dewar.FlaskSharing{SessionRefreshEachRequest: true}, JSON: flask.JSON{},
		Templates: os.DirFS(filepath.Join("testdata", name, "templates")), MaxContentLength: 200_000,
		Settings:           map[string]any{"POSTS_PER_PAGE": 3, "SITE_NAME": "Album & Co"},
		TemplateExtensions: []jinja.Extension{jinja.ExtensionDo, jinja.ExtensionLoopControls},
	}
}

// testLog shows the log of an app when its test fails.
type testLog struct {
	t  *testing.T
	mu sync.Mutex
}

func (l *testLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// serve serves an app until the end of the test.
func serve(t *testing.T, app *dewar.App) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- app.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		transport.CloseIdleConnections()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return "http://" + listener.Addr().String()
}

// apps are the applications with their crawls, and how half of each moves.
var apps = []struct {
	name  string
	steps []step
	move  func(app *dewar.App)
}{
	{"microblog", microblogCrawl, moveMicroblog},
	{"album", albumCrawl, moveAlbum},
}

// TestBehind: the applications run behind Dewar as they are, and then with half of
// their routes moved and their templates unchanged, and every answer is Flask's.
func TestBehind(t *testing.T) {
	for _, row := range apps {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			want := crawl(t, startFlask(t, row.name, t.TempDir()), row.steps)
			t.Run("all handed on", func(t *testing.T) {
				folder := t.TempDir()
				app := dewar.New(config(t, row.name, folder))
				app.Fallback(startFlask(t, row.name, folder))
				for i, got := range crawl(t, serve(t, app), row.steps) {
					compare(t, row.steps[i], want[i], got, false)
				}
			})
			t.Run("half moved", func(t *testing.T) {
				folder := t.TempDir()
				app := dewar.New(config(t, row.name, folder))
				app.Fallback(startFlask(t, row.name, folder))
				row.move(app)
				v := &visitor{t: t, base: serve(t, app), cookies: map[string]string{}}
				moved := 0
				for i, s := range row.steps {
					got := v.do(s)
					own := got.header.Get("Content-Security-Policy") != "" // Flask's answers have none
					if own {
						moved++
					}
					compare(t, s, want[i], got, own)
				}
				if moved < len(row.steps)/3 {
					t.Errorf("only %d of %d answers are Dewar's own", moved, len(row.steps))
				}
			})
		})
	}
}
