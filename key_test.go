package dewar_test

import (
	"errors"
	"io"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

func TestKeyOfAnInterface(t *testing.T) {
	problem := dewar.NewKey[error]("problem")
	app, _ := newApp(t)
	app.Get("/", func(c *dewar.Context) error {
		problem.Set(c, nil)
		if err, ok := problem.Get(c); err != nil || !ok {
			t.Errorf("nil: got %v, %v", err, ok)
		}
		problem.Set(c, io.EOF)
		if err, ok := problem.Get(c); !errors.Is(err, io.EOF) || !ok {
			t.Errorf("got %v, %v", err, ok)
		}
		return c.NoContent()
	})
	if resp := dewartest.New(t, app).Get("/"); resp.Status != 204 {
		t.Errorf("got %d", resp.Status)
	}
}
