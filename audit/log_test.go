package audit_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/audit"
	"github.com/dewar-go/dewar/dewartest"
)

// collect is a sink in memory.
type collect struct {
	mu   sync.Mutex
	list []audit.Checkpoint
}

func (s *collect) Put(_ context.Context, c audit.Checkpoint) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, c)
	return nil
}

func (s *collect) all() []audit.Checkpoint {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]audit.Checkpoint{}, s.list...)
}

// rows reads a whole log.
func rows(t *testing.T, s audit.Store) (list []audit.Row) {
	t.Helper()
	if err := s.Read(t.Context(), 0, func(r audit.Row) error { list = append(list, r); return nil }); err != nil {
		t.Fatal(err)
	}
	return list
}

func newApp(t *testing.T, l *audit.Log) (*dewar.App, *bytes.Buffer) {
	t.Helper()
	var b bytes.Buffer
	app := dewar.New(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(dewar.NewLogHandler(&syncWriter{w: &b}, dewar.LogOptions{}))})
	app.Extend(l)
	return app, &b
}

type syncWriter struct {
	mu sync.Mutex
	w  *bytes.Buffer
}

func (s *syncWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

// TestLog: what an app emits and writes is in the log when its answer is there, with who, what, from where and how; the
// bytes of the records name nobody.
func TestLog(t *testing.T) {
	store := audit.NewFile(t.TempDir(), audit.FileOptions{})
	sink := &collect{}
	l := audit.New(store, audit.Config{Sinks: []audit.Sink{sink}, Describe: func(_ *dewar.Context, e *audit.Event) { e.Session = "login-7" }})
	app, _ := newApp(t, l)
	app.Get("/denied", func(c *dewar.Context) error {
		c.SetUserID("ann@example.org")
		return &dewar.HTTPError{Code: 403, Err: errors.New("not hers")}
	}).Guard(dewar.GuardFunc(dewar.StagePermission, "nobody", func(c *dewar.Context) error {
		c.SetUserID("ann@example.org")
		return &dewar.HTTPError{Code: 403, Err: errors.New("not hers: bob@example.org's")}
	}))
	app.Post("/read", func(c *dewar.Context) error {
		c.SetUserID("ann@example.org")
		err := audit.Write(c, audit.Event{
			Name: audit.EventSensitiveRead, Target: "patient 12", Data: map[string]any{"ward": 3}, Private: map[string]string{"why": "visit"},
		})
		if err != nil {
			return err
		}
		return c.NoContent()
	})
	client := dewartest.New(t, app)
	if resp := client.Get("/denied"); resp.Status != 403 {
		t.Fatal(resp.Status)
	}
	if resp := client.PostForm("/read", nil); resp.Status != 204 {
		t.Fatal(resp.Status, resp.Text)
	}
	got := rows(t, store)
	if len(got) != 3 {
		t.Fatalf("%d records", len(got))
	}
	if r := got[0].Record; r.Event != audit.EventBegin || r.Seq != 1 || r.Prev != strings.Repeat("0", 64) || len(r.Log) != 32 {
		t.Errorf("%+v", r)
	}
	denied := got[1]
	if r, v := denied.Record, denied.Values; r.Event != dewar.EventAccessDenied || r.Outcome != audit.Denied || r.Code != "403" || r.RequestID == "" ||
		string(r.Data) != `{"rule":"/denied"}` || v.Actor != "ann@example.org" || v.IP != "127.0.0.1" || v.Session != "login-7" ||
		!strings.Contains(v.Private["reason"], "bob@example.org") {
		t.Errorf("%+v\n%+v", r, v)
	}
	read := got[2]
	if r, v := read.Record, read.Values; r.Event != audit.EventSensitiveRead || r.Outcome != audit.Success || string(r.Data) != `{"ward":3}` ||
		v.Target != "patient 12" || v.Private["why"] != "visit" || r.Actor != denied.Record.Actor || r.Actor == "" || r.Session == "" {
		t.Errorf("%+v\n%+v", r, v)
	}
	for _, r := range got {
		for _, name := range []string{"ann", "bob", "127.0.0", "patient", "visit", "login-7"} {
			if bytes.Contains(r.Line, []byte(name)) {
				t.Errorf("%s is in %s", name, r.Line)
			}
		}
	}
	report, err := l.Verify(t.Context(), sink.all())
	if err != nil || report.Last != 3 || report.Unchecked != 0 {
		t.Errorf("%+v %v", report, err)
	}
	if err := app.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if report, err = l.Verify(t.Context(), sink.all()); err != nil || report.Covered != 3 {
		t.Errorf("%+v %v", report, err)
	}
}

// failing is a store that can be made to fail.
type failing struct {
	audit.Store
	mu  sync.Mutex
	err error
}

func (f *failing) fail(err error) { f.mu.Lock(); f.err = err; f.mu.Unlock() }

func (f *failing) Append(ctx context.Context, link func(audit.Head) ([]audit.Row, error)) error {
	f.mu.Lock()
	err := f.err
	f.mu.Unlock()
	if err != nil {
		return err
	}
	return f.Store.Append(ctx, link)
}

// TestFailing: while the log cannot be written nothing is changed, an act that is written with Write fails, refusals stay
// refusals, what waits is written afterwards, and what had no room is counted.
func TestFailing(t *testing.T) {
	store := &failing{Store: audit.NewFile(t.TempDir(), audit.FileOptions{})}
	l := audit.New(store, audit.Config{Queue: 3, Wait: 20 * time.Millisecond})
	app, log := newApp(t, l)
	acts := 0
	app.Post("/act", func(c *dewar.Context) error {
		if err := audit.Write(c, audit.Event{Name: audit.EventSensitiveDelete}); err != nil {
			return err
		}
		acts++
		return c.NoContent()
	})
	app.Get("/denied", func(*dewar.Context) error { return nil }).Guard(dewar.GuardFunc(dewar.StagePermission, "nobody", func(*dewar.Context) error { return dewar.StatusError(403) }))
	client := dewartest.New(t, app)
	if got := client.PostForm("/act", nil).Status; got != 204 || acts != 1 {
		t.Fatal(got)
	}
	store.fail(errors.New("disk full"))
	if got := client.PostForm("/act", nil).Status; got != 500 {
		t.Errorf("the first act that cannot be written: %d", got)
	}
	for range 6 {
		if got := client.PostForm("/act", nil).Status; got != 503 {
			t.Errorf("an act while the log fails: %d", got)
		}
		if got := client.Get("/denied").Status; got != 403 {
			t.Errorf("a refusal while the log fails: %d", got)
		}
	}
	if acts != 1 || strings.Count(log.String(), "the audit log cannot be written") != 1 {
		t.Errorf("%d acts\n%s", acts, log)
	}
	store.fail(nil)
	for deadline := time.Now().Add(10 * time.Second); client.PostForm("/act", nil).Status != 204; {
		if time.Now().After(deadline) {
			t.Fatal("the log does not come back")
		}
	}
	var events []string
	for _, r := range rows(t, store) {
		events = append(events, string(r.Record.Event)+string(r.Record.Data))
	}
	if got := strings.Join(events, " "); strings.Count(got, "sensitive_delete") != 2 || strings.Count(got, "authz_fail") != 3 || !strings.Contains(got, `sys_audit_lost{"events":3}`) {
		t.Error(got)
	}
	if _, err := l.Verify(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

// TestManyWriters: parallel acts make one chain, and their checkpoints agree with it.
func TestManyWriters(t *testing.T) {
	store := audit.NewFile(t.TempDir(), audit.FileOptions{InsecureNoSync: true})
	sink := &collect{}
	l := audit.New(store, audit.Config{Sinks: []audit.Sink{sink}, Queue: 16})
	app, _ := newApp(t, l)
	dewartest.New(t, app)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 50 {
				if err := l.Write(audit.Event{Name: audit.EventSensitiveUpdate, Actor: fmt.Sprint(i)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := app.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	report, err := l.Verify(t.Context(), sink.all())
	if err != nil || report.Last != 401 || report.Covered != 401 || report.Checkpoints < 2 {
		t.Errorf("%+v %v", report, err)
	}
}

// TestEraseAndPurge: what is erased is gone from every file, the log stays whole and says so; values that are gone
// otherwise are found. Behind a purge the log begins with a signed end.
func TestEraseAndPurge(t *testing.T) {
	dir := t.TempDir()
	store := audit.NewFile(dir, audit.FileOptions{})
	sink := &collect{}
	l := audit.New(store, audit.Config{Sinks: []audit.Sink{sink}})
	app, _ := newApp(t, l)
	dewartest.New(t, app)
	write := func(e audit.Event) {
		t.Helper()
		e.Name = audit.EventSensitiveUpdate
		if err := l.Write(e); err != nil {
			t.Fatal(err)
		}
	}
	write(audit.Event{Actor: "ann", Target: "bob", Private: map[string]string{"note": "tall"}})
	write(audit.Event{Actor: "bob", Target: "ann", Session: "s9"})
	write(audit.Event{Actor: "eve", Impersonator: "bob"})
	write(audit.Event{Actor: "eve"})
	var exported []uint64
	err := l.Export(t.Context(), "bob", func(r audit.Record, v audit.Values) error {
		if v.IsZero() {
			t.Errorf("%+v", r)
		}
		exported = append(exported, r.Seq)
		return nil
	})
	if err != nil || fmt.Sprint(exported) != "[2 3 4]" {
		t.Errorf("exported %v %v", exported, err)
	}
	if n, err := l.Erase(t.Context(), "bob"); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	if n, err := l.Erase(t.Context(), "bob"); n != 0 || err != nil {
		t.Error("erased again:", n, err)
	}
	got := rows(t, store)
	for i, want := range []audit.Values{{}, {Actor: "ann"}, {Target: "ann"}, {}, {Actor: "eve"}, {}} {
		if fmt.Sprint(got[i].Values) != fmt.Sprint(want) {
			t.Errorf("%d: %+v", i+1, got[i].Values)
		}
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, name := range files {
		if text, _ := os.ReadFile(name); bytes.Contains(text, []byte("bob")) || bytes.Contains(text, []byte("tall")) {
			t.Errorf("%s holds what was erased:\n%s", name, text)
		}
	}
	report, err := l.Verify(t.Context(), nil)
	if err != nil || report.Erased != 3 {
		t.Errorf("%+v %v", report, err)
	}
	through, err := l.Purge(t.Context(), got[3].Record.Time)
	if through != 3 || err != nil {
		t.Fatal(through, err)
	}
	write(audit.Event{Actor: "ann"})
	if report, err = l.Verify(t.Context(), sink.all()); err != nil || report.First != 4 || report.Last != 8 {
		t.Errorf("%+v %v", report, err)
	}
	if through, err = l.Purge(t.Context(), got[3].Record.Time); through != 0 || err != nil {
		t.Error("purged again:", through, err)
	}
	if through, err = l.Purge(t.Context(), time.Now()); through != 8 || err != nil {
		t.Error("purged all:", through, err)
	}
	if err := app.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if report, err = l.Verify(t.Context(), sink.all()); err != nil || report.First != 9 || report.Last != 9 || report.Covered != 9 {
		t.Errorf("%+v %v", report, err)
	}
}

// TestShortenedWhileItRuns (hyprstream#679): a writer does not go on behind a head that went back, and signs none.
func TestShortenedWhileItRuns(t *testing.T) {
	store := &backwards{Store: audit.NewFile(t.TempDir(), audit.FileOptions{})}
	l := audit.New(store, audit.Config{Wait: 20 * time.Millisecond})
	app, log := newApp(t, l)
	dewartest.New(t, app)
	for range 3 {
		if err := l.Write(audit.Event{Name: audit.EventSensitiveRead}); err != nil {
			t.Fatal(err)
		}
	}
	store.back.Store(true)
	if err := l.Write(audit.Event{Name: audit.EventSensitiveRead}); err == nil || !strings.Contains(log.String(), "went back from record 4 to 2") {
		t.Errorf("%v\n%s", err, log)
	}
	if err := l.Checkpoint(t.Context()); err == nil || !strings.Contains(err.Error(), "went back") {
		t.Error(err)
	}
	store.back.Store(false)
}

// backwards is a store whose head can go back.
type backwards struct {
	audit.Store
	back atomic.Bool
}

func (b *backwards) head(h audit.Head) audit.Head {
	if b.back.Load() {
		h.Seq -= 2
	}
	return h
}

func (b *backwards) Head(ctx context.Context) (audit.Head, error) {
	h, err := b.Store.Head(ctx)
	return b.head(h), err
}

func (b *backwards) Append(ctx context.Context, link func(audit.Head) ([]audit.Row, error)) error {
	return b.Store.Append(ctx, func(h audit.Head) ([]audit.Row, error) { return link(b.head(h)) })
}
