package main

import (
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/mail"
)

func testShop(t *testing.T) (*shop, *dewartest.Client, *mail.Outbox) {
	t.Helper()
	t.Setenv("SHOP_WORKERS", "-1")
	t.Setenv("SHOP_SERVER_NAME", "localhost")
	box := &mail.Outbox{}
	s, err := newShop(dewar.Config{InstanceDir: t.TempDir(), Logger: slog.New(slog.DiscardHandler), Loopback: true}, outside{mailer: box})
	if err != nil {
		t.Fatal(err)
	}
	return s, dewartest.New(t, s.app), box
}

var number = strings.Repeat("A", 26)

func orderOf(quantity string) url.Values {
	return url.Values{"id": {number}, "quantity": {quantity}, "name": {"Ann"}, "email": {"ann@example.com"}}
}

// TestOrder: an order that is sent twice is one, takes from the stock at once on the kept page, and mails once though its task runs twice.
func TestOrder(t *testing.T) {
	s, c, box := testShop(t)
	c.Get("/")
	if r := c.Get("/"); r.Header.Get("Age") == "" || !strings.Contains(r.Text, "12 in stock") {
		t.Fatalf("the list is not kept: %v\n%s", r.Header, r.Text)
	}
	for range 2 {
		if r := c.PostForm("/products/2", orderOf("2")); r.Status != 303 || r.Location() != "/orders/"+number {
			t.Fatalf("%d to %q\n%s", r.Status, r.Location(), r.Text)
		}
	}
	if r := c.Get("/"); !strings.Contains(r.Text, "10 in stock") {
		t.Errorf("the list is stale:\n%s", r.Text)
	}
	if r := c.Get("/orders/" + number); !strings.Contains(r.Text, "68.00 €") {
		t.Errorf("the order's page:\n%s", r.Text)
	}
	if _, err := s.confirm.EnqueueContext(t.Context(), placed{number}); err != nil {
		t.Fatal(err)
	}
	if n, err := s.queue.RunDue(t.Context()); n != 3 || err != nil {
		t.Errorf("%d attempts, %v", n, err)
	}
	if list := box.Messages(); len(list) != 1 || !strings.Contains(list[0].Text, "/orders/"+number) {
		t.Errorf("mails: %v", list)
	}
}

// TestSoldOut: an order that is refused leaves no task.
func TestSoldOut(t *testing.T) {
	s, c, _ := testShop(t)
	if r := c.PostForm("/products/3", orderOf("4")); r.Status != 422 || !strings.Contains(r.Text, "not that many left") {
		t.Fatalf("%d\n%s", r.Status, r.Text)
	}
	if n, err := s.queue.RunDue(t.Context()); n != 0 || err != nil {
		t.Errorf("%d attempts, %v", n, err)
	}
	if r := c.Get("/orders/" + number); r.Status != 404 {
		t.Errorf("the order is there: %d", r.Status)
	}
}

func TestCheck(t *testing.T) {
	s, _, _ := testShop(t)
	for _, f := range s.app.Check() {
		if f.Severity >= dewar.SeverityWarning {
			t.Errorf("%s: %s", f.Subject, f.Message)
		}
	}
}
