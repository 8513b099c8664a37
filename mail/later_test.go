package mail_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/mail"
	"github.com/dewar-go/dewar/tasks"
)

// TestLater: one task a recipient, sent again to those alone that it failed for, with the same Message-ID.
func TestLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var box mail.Outbox
		q := tasks.NewQueue(tasks.Config{Broker: tasks.Memory(), Workers: -1, Logger: slog.New(slog.DiscardHandler)})
		later := mail.NewLater(q, &box)
		m := good()
		m.To, m.Cc, m.Bcc = []string{"a@example.com", "grey@example.com"}, []string{"c@example.com"}, []string{"gone@example.com"}
		ids := map[string][]string{}
		box.Fail = func(m *mail.Message) error {
			ids[m.To[0]] = append(ids[m.To[0]], m.MessageID())
			switch {
			case m.To[0] == "grey@example.com" && len(ids[m.To[0]]) < 3:
				return &mail.TemporaryError{Err: errors.New("greylisted")}
			case m.To[0] == "gone@example.com":
				return errors.New("no such user")
			}
			return nil
		}
		var sender mail.Sender = later
		if err := sender.Send(t.Context(), &m); err != nil {
			t.Fatal(err)
		}
		if n, err := q.RunDue(t.Context()); n != 4 || err == nil || strings.Count(err.Error(), "\n") != 1 {
			t.Errorf("%d, %v", n, err)
		}
		time.Sleep(4 * time.Minute)
		if n, _ := q.RunDue(t.Context()); n != 0 {
			t.Error("greylisting asks for five minutes")
		}
		for range 2 {
			time.Sleep(40 * time.Minute)
			_, _ = q.RunDue(t.Context())
		}
		var got []string
		for _, m := range box.Messages() {
			if len(m.To) != 1 || len(m.Cc)+len(m.Bcc) != 0 {
				t.Errorf("%v %v %v", m.To, m.Cc, m.Bcc)
			}
			got = append(got, m.To[0])
		}
		slices.Sort(got)
		if !slices.Equal(got, []string{"a@example.com", "c@example.com", "grey@example.com"}) {
			t.Errorf("sent to %v", got)
		}
		if g := ids["grey@example.com"]; len(g) != 3 || g[0] != g[1] || g[0] != g[2] || g[0] == ids["a@example.com"][0] || !strings.HasSuffix(g[0], "@example.com>") {
			t.Errorf("Message-IDs: %v", ids)
		}
		dead, err := q.Broker().List(t.Context(), tasks.Filter{State: tasks.Dead})
		if err != nil || len(dead) != 1 || dead[0].Attempt != 1 || dead[0].LastError() != "no such user" {
			t.Errorf("%+v, %v", dead, err)
		}
		bad := good()
		bad.Subject = ""
		if err := later.Send(t.Context(), &bad); err == nil {
			t.Error("what is no mail is enqueued")
		}
		if err := mail.SendTask(t.Context(), &box, &m); err == nil {
			t.Error("SendTask without a task")
		}
		several := tasks.New(q, "several", func(ctx context.Context, _ int) error { return mail.SendTask(ctx, &box, &m) })
		if _, err := several.EnqueueContext(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		if _, err := q.RunDue(t.Context()); err == nil || !strings.Contains(err.Error(), "one recipient") {
			t.Error(err)
		}
	})
}

func TestLaterInRequest(t *testing.T) {
	var box mail.Outbox
	q := tasks.NewQueue(tasks.Config{Broker: tasks.Memory(), Workers: -1})
	later := mail.NewLater(q, &box)
	app := dewar.New(dewar.Config{Loopback: true, InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	app.Extend(q)
	app.Post("/<int:fail>", func(c *dewar.Context) error {
		m := good()
		if err := later.Enqueue(c, &m); err != nil || c.Int("fail") == 1 {
			return errors.Join(err, errors.New("no"))
		}
		return c.Text("")
	})
	client := dewartest.New(t, app)
	for path, want := range map[string]int{"/0": 1, "/1": 0} {
		client.Do(client.NewRequest("POST", path, nil))
		if n, err := q.RunDue(t.Context()); n != want || err != nil {
			t.Errorf("%s: %d mails, %v", path, n, err)
		}
	}
}
