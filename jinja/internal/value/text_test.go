package value

import (
	"strings"
	"testing"

	"github.com/dewar-go/dewar/jinja/internal/output"
)

// TestText appends texts around the length at which they are copied in another way, with and without room.
func TestText(t *testing.T) {
	for n := range 40 {
		text := output.NewText(strings.Repeat("0123456789abcdef+", 3)[:n])
		for room := range 40 {
			buf := append(make([]byte, 0, 3+room), "pre"...)
			if got := string(text.Append(buf)); got != "pre"+text.String() {
				t.Errorf("%d bytes with room for %d: %q", n, room, got)
			}
		}
	}
}
