package limittest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/limit"
	"github.com/dewar-go/dewar/limit/limittest"
)

func TestMemory(t *testing.T) {
	if err := limittest.TestStore(t.Context(), limit.NewMemory(limit.MemoryOptions{})); err != nil {
		t.Fatal(err)
	}
}

// careless charges what does not fit, and gives nothing back.
type careless struct{ *limit.Memory }

func (c careless) Take(ctx context.Context, h limit.Hit) (limit.State, error) {
	s, err := c.Memory.Take(ctx, h)
	if !s.Allowed && h.Amount > 0 {
		h.Cost = s.Remaining
		_, _ = c.Memory.Take(ctx, h)
		s.Remaining = 0
	}
	return s, err
}

func (careless) Give(context.Context, limit.Hit, limit.State) error { return nil }

func TestFindsMistakes(t *testing.T) {
	err := limittest.TestStore(t.Context(), careless{limit.NewMemory(limit.MemoryOptions{})})
	text := fmt.Sprint(err)
	for _, want := range []string{"fixed-window: cost", "gcra: giving back", "sliding-window-counter: cost"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in: %s", want, text)
		}
	}
}

func ExampleTestStore() {
	fmt.Println(limittest.TestStore(context.Background(), limit.NewMemory(limit.MemoryOptions{})))
	// Output: <nil>
}
