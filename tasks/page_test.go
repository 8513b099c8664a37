package tasks_test

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/tasks"
)

func TestPages(t *testing.T) {
	q, _ := newQueue(tasks.Memory())
	k := tasks.New(q, "<b>kind", func(_ context.Context, text string) error { return tasks.Fatal(errors.New("<i>bad")) })
	allowed := true
	app := dewar.New(dewar.Config{Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	app.Extend(q)
	app.Register(q.Pages("/admin/tasks", dewar.GuardFunc(dewar.StagePermission, "admins", func(*dewar.Context) error {
		if !allowed {
			return dewar.StatusError(http.StatusForbidden)
		}
		return nil
	})))
	client := dewartest.New(t, app)
	dead, waiting := enqueue(t, k.Unique("u"), "<u>args"), ""
	if _, err := q.RunDue(t.Context()); err == nil {
		t.Fatal("it did not fail")
	}
	waiting = enqueue(t, k.Unique("u"), "again")
	for path, want := range map[string][]string{
		"/admin/tasks/":                {"<td>default<td>1<td>0<td>0<td>1<td>0s", "&lt;b&gt;kind", "&lt;i&gt;bad", "/admin/tasks/" + dead + "/replay", `name="csrf_token"`, "Discard", `EventSource("/admin/tasks/live")`},
		"/admin/tasks/?state=waiting":  {waiting + "/discard", "<h2>Waiting"},
		"/admin/tasks/?state=running":  {"None."},
		"/admin/tasks/?state=%3Cb%3E":  {"<h2>Dead"},
		"/admin/tasks/" + dead:         {"&lt;i&gt;bad", `\u003cu\u003eargs`, "1, 1 failed, 0 lost", "Replay"},
		"/admin/tasks/" + waiting:      {"waiting", "Discard"},
		"/admin/tasks/?after=" + dead:  {"None."},
		"/admin/tasks/?state=finished": {"None."},
	} {
		answer := client.Get(path)
		for _, text := range want {
			if answer.Status != 200 || !strings.Contains(answer.Text, text) {
				t.Errorf("%s: status %d, without %q:\n%s", path, answer.Status, text, answer.Text)
			}
		}
		if strings.Contains(answer.Text, "<i>") || strings.Contains(answer.Text, "<b>") || strings.Contains(answer.Text, "<u>") {
			t.Errorf("%s shows markup:\n%s", path, answer.Text)
		}
	}
	if answer := client.Get("/admin/tasks/" + tasks.NewID()); answer.Status != 404 {
		t.Errorf("a task that is none: %d", answer.Status)
	}
	for _, row := range []struct {
		path   string
		status int
		state  tasks.State
	}{
		{"/replay", 409, tasks.Dead}, {"", 0, tasks.Dead}, {"/replay", 303, tasks.Waiting}, {"/replay", 404, tasks.Waiting}, {"/discard", 303, ""}, {"/discard", 404, ""},
	} {
		if row.path == "" {
			client.PostForm("/admin/tasks/"+waiting+"/discard", nil)
			continue
		}
		answer := client.Do(client.NewRequest("POST", "/admin/tasks/"+dead+row.path, nil))
		if answer.Status != row.status || lookup(t, q, dead).State != row.state {
			t.Errorf("%s: status %d, want %d; it is %q", row.path, answer.Status, row.status, lookup(t, q, dead).State)
		}
	}
	server := httptest.NewServer(app)
	defer server.Close()
	live, err := http.Get(server.URL + "/admin/tasks/live")
	if err != nil {
		t.Fatal(err)
	}
	defer live.Body.Close()
	if line, err := bufio.NewReader(live.Body).ReadString('\n'); err != nil || line != `data: [["default","0","0","0","0","0s"]]`+"\n" && line != "data: []\n" {
		t.Errorf("the live event is %q, %v", line, err)
	}
	allowed = false
	for _, path := range []string{"", "live", dead} {
		if answer := client.Get("/admin/tasks/" + path); answer.Status != 403 {
			t.Errorf("%s without permission: %d", path, answer.Status)
		}
	}
	defer func() {
		if p, _ := recover().(string); !strings.Contains(p, "it needs a guard") || !strings.Contains(p, "page_test.go") {
			t.Errorf("without a guard: %s", p)
		}
	}()
	q.Pages("/tasks")
}
