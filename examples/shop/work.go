package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/mail"
	"github.com/dewar-go/dewar/tasks"
)

// placed are the arguments of the tasks of an order.
type placed struct{ Order string }

// addTasks registers what is done behind the requests.
func (s *shop) addTasks(o outside) {
	s.later = mail.NewLater(s.queue, o.mailer)
	s.confirm = tasks.New(s.queue, "confirm order", s.confirmOrder)
	s.announce = tasks.NewWith(s.queue, "announce order", tasks.Settings{Queue: "webhook", Timeout: time.Minute, Backoff: o.backoff}, s.announceOrder)
	s.report = tasks.New(s.queue, "report", s.mailReport)
	// A night when nothing ran gets its report later, too.
	s.queue.EverySchedule(tasks.Schedule{Spec: "@daily", Missed: tasks.MissedAll}, s.report.With(struct{}{}))
}

// confirmOrder mails the buyer.
func (s *shop) confirmOrder(ctx context.Context, p placed) error {
	order := new(Order)
	err := s.one(order, p.Order).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return tasks.Fatal(fmt.Errorf("shop: there is no order %s", p.Order))
	}
	if err != nil {
		return err
	}
	return s.mailOnce(ctx, "confirm "+order.ID, "mail/order", order.Email, dewar.Vars{"order": order})
}

// mailReport mails the owner what was sold on the day before the task was due.
func (s *shop) mailReport(ctx context.Context, _ struct{}) error {
	task, _ := tasks.Current(ctx)
	until := task.RunAt.UTC().Truncate(24 * time.Hour)
	from := until.AddDate(0, 0, -1)
	var orders, total int64
	err := s.database.Reader().NewSelect().Model((*Order)(nil)).ColumnExpr("COUNT(*), COALESCE(SUM(total), 0)").
		Where("placed >= ? AND placed < ?", from.Unix(), until.Unix()).Scan(ctx, &orders, &total)
	if err != nil {
		return err
	}
	day := from.Format(time.DateOnly)
	return s.mailOnce(ctx, "report "+day, "mail/report", s.config.ReportTo, dewar.Vars{"day": day, "orders": orders, "total": total})
}

// mailOnce enqueues a mail in the transaction that remembers the key, so that a task that runs twice mails once.
func (s *shop) mailOnce(ctx context.Context, key, template, to string, vars dewar.Vars) error {
	message, err := mail.Render(s.app, template, mail.Message{From: s.config.MailFrom, To: []string{to}}, vars)
	if err != nil {
		return err
	}
	return s.database.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		first, err := tasks.Once(ctx, tx, key)
		if err != nil || !first {
			return err
		}
		return s.later.Send(db.WithTx(ctx, tx), message)
	})
}

// An announcement is what the webhook is told of an order.
type announcement struct {
	Order    string    `json:"order"`
	Product  int64     `json:"product"`
	Quantity int       `json:"quantity"`
	Placed   time.Time `json:"placed"`
}

// announceOrder tells the webhook. It may be told twice, with the same Idempotency-Key.
func (s *shop) announceOrder(ctx context.Context, p placed) error {
	order := new(Order)
	if err := s.one(order, p.Order).Scan(ctx); err != nil {
		return err
	}
	body, err := json.Marshal(announcement{order.ID, order.ProductID, order.Quantity, time.Unix(order.Placed, 0).UTC()})
	if err != nil {
		return err
	}
	if s.webhook == nil {
		return errors.New("shop: this process has no webhook_url")
	}
	request, err := http.NewRequestWithContext(ctx, "POST", s.config.WebhookURL, bytes.NewReader(body))
	if err != nil {
		return tasks.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", order.ID)
	sign(request.Header, s.config.WebhookKey.Value(), order.ID, time.Now(), body)
	answer, err := s.webhook.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	switch code := answer.StatusCode; {
	case code < 300:
		return nil
	case code >= 500, code == http.StatusRequestTimeout, code == http.StatusTooManyRequests:
		return fmt.Errorf("shop: the webhook answers %s", answer.Status)
	default:
		return tasks.Fatal(fmt.Errorf("shop: the webhook refuses order %s: %s", order.ID, answer.Status))
	}
}

// sign adds the headers of Standard Webhooks, by which the receiver knows who sent the body, and when.
func sign(h http.Header, key, id string, now time.Time, body []byte) {
	stamp := strconv.FormatInt(now.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(key))
	fmt.Fprintf(mac, "%s.%s.%s", id, stamp, body)
	h.Set("Webhook-Id", id)
	h.Set("Webhook-Timestamp", stamp)
	h.Set("Webhook-Signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}
