package mail

import (
	"context"
	"errors"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/tasks"
)

// Later sends mails as tasks, one for each recipient, so that no view waits for a mail server and none is lost when the
// server is down. Make it with [NewLater]. It is a [Sender], for what sends by itself.
type Later struct {
	kind tasks.Kind[Message]
}

// NewLater registers the kind of task "mail" in the queue mail:
//
//	later := mail.NewLater(queue, sender)
//
//	func order(c *dewar.Context) error {
//		…
//		return later.Enqueue(c, m) // nobody is told of an order that is rolled back
//	}
//
// What may pass is tried again after five minutes, which greylisting asks for, then after longer and longer, for a day
// and a half; a recipient that is refused for good is a dead task.
//
// The mail waits in the database as it is, at most 64 KiB. What must not be read there, such as a link that resets a
// password, is made by a task of your own, which has the user's id and calls [SendTask].
func NewLater(q *tasks.Queue, s Sender) *Later {
	return &Later{tasks.NewWith(q, "mail", TaskSettings(), func(ctx context.Context, m Message) error { return SendTask(ctx, s, &m) })}
}

// TaskSettings are the settings of a kind of task that sends a mail: the queue mail, five minutes for an attempt, and
// longer and longer waits for a day and a half.
func TaskSettings() tasks.Settings {
	return tasks.Settings{Queue: "mail", MaxAttempts: 16, Timeout: 5 * time.Minute, Backoff: func(failures int) time.Duration {
		d := 4 * time.Hour
		if failures < 6 {
			d = 5 * time.Minute << failures
		}
		return tasks.Jitter(d) // from half of it: five minutes at first
	}}
}

// Enqueue checks m and enqueues a task for each recipient, in the request's transaction (see [tasks.Kind.Enqueue]). Each
// gets a mail of his own, with himself in To, whether he is in To, Cc or Bcc of m.
func (l *Later) Enqueue(c *dewar.Context, m *Message) error {
	return m.each(func(one Message) error { _, err := l.kind.Enqueue(c, one); return err })
}

// Send is Enqueue outside of a request. All tasks are enqueued, or none.
func (l *Later) Send(ctx context.Context, m *Message) error {
	var all []Message
	if err := m.each(func(one Message) error { all = append(all, one); return nil }); err != nil {
		return err
	}
	return l.kind.EnqueueAll(ctx, all...)
}

// each calls f with a mail for each recipient.
func (m *Message) each(f func(Message) error) error {
	if err := m.Check(); err != nil {
		return err
	}
	for _, list := range [][]string{m.To, m.Cc, m.Bcc} {
		for _, to := range list {
			one := *m
			one.To, one.Cc, one.Bcc = []string{to}, nil, nil
			if err := f(one); err != nil {
				return err
			}
		}
	}
	return nil
}

// SendTask sends m in the handler of a task, with the task's id as Message.ID, so that receivers drop the second of two
// that a repeated task sends. m has one recipient: a task with several would send to all again when one fails. An error
// that is not temporary is [tasks.Fatal].
func SendTask(ctx context.Context, s Sender, m *Message) error {
	t, ok := tasks.Current(ctx)
	if !ok {
		return errors.New("mail: SendTask: the context is not that of a task")
	}
	if len(m.To)+len(m.Cc)+len(m.Bcc) != 1 {
		return tasks.Fatal(errors.New("mail: SendTask: a task sends to one recipient: enqueue one for each"))
	}
	same := *m
	same.ID = t.ID
	err := s.Send(ctx, &same)
	if err == nil || IsTemporary(err) || ctx.Err() != nil {
		return err
	}
	return tasks.Fatal(err)
}
