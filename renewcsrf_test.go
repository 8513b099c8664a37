package dewar_test

import (
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

// TestRenewCSRF: a token from before the owner changed is worth nothing.
func TestRenewCSRF(t *testing.T) {
	app, _ := newApp(t)
	app.Get("/token", func(c *dewar.Context) error {
		token, err := c.CSRFToken()
		if err != nil {
			return err
		}
		return c.Text(token)
	})
	app.Get("/renew", func(c *dewar.Context) error { c.RenewCSRF(); return c.NoContent() })
	app.Post("/", func(c *dewar.Context) error { return c.NoContent() })
	client := dewartest.New(t, app)
	old := client.Get("/token").Text
	post := func(token string) int {
		r := client.NewRequest("POST", "/", nil) // of no browser that says where it comes from
		r.Header.Del("Sec-Fetch-Site")
		r.Header.Del("Origin")
		r.Header.Set("X-CSRFToken", token)
		return client.Do(r).Status
	}
	if got := post(old); got != 204 {
		t.Fatalf("with its token: %d", got)
	}
	client.Get("/renew")
	if got := post(old); got != 400 {
		t.Errorf("with the old token: %d", got)
	}
	if got := post(client.Get("/token").Text); got != 204 {
		t.Errorf("with the new token: %d", got)
	}
}
