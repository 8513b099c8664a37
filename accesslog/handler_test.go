package accesslog_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar/accesslog"
)

func TestLevels(t *testing.T) {
	var b bytes.Buffer
	h := accesslog.New(&b, accesslog.Options{Level: slog.LevelWarn})
	log := slog.New(h)
	log.Info("no")
	log.With("a", 1).WithGroup("g").Warn("yes", "b", 2)
	if got := b.String(); !strings.Contains(got, `"msg":"yes","a":1,"g":{"b":2}`) || strings.Contains(got, "no\"") {
		t.Error(got)
	}
	if h.Enabled(context.Background(), slog.LevelInfo) {
		t.Error("Info is enabled")
	}
}

// other hides that a handler is this package's.
type other struct{ slog.Handler }

// TestWriteIsOfOneForm compares the short way of a request's line with slog's.
func TestWriteIsOfOneForm(t *testing.T) {
	took := regexp.MustCompile(`"time":"[^"]*"`)
	nasty := "Zoë \"\\\x00\x7f\xff\u2028<&>\t\r\n"
	for _, r := range []accesslog.Request{
		{},
		{Level: slog.LevelError, Method: nasty, Rule: nasty, Status: 500, Took: time.Second, Sent: 1, ID: nasty, Received: 2},
		{Client: netip.MustParseAddr("2001:db8::1%eth0"), User: nasty, Path: "/" + nasty, WriteFailure: "broken pipe"},
		{User: "postgres://ada:hunter2@db/x", Path: "/reset?token=hunter2", WriteFailure: "password=hunter2"},
	} {
		var got [2]string
		for i, wrap := range []func(*accesslog.Handler) slog.Handler{
			func(h *accesslog.Handler) slog.Handler { return h },
			func(h *accesslog.Handler) slog.Handler { return other{h} },
		} {
			var b bytes.Buffer
			accesslog.Write(context.Background(), slog.New(wrap(accesslog.New(&b, accesslog.Options{}))), &r, time.Now())
			got[i] = took.ReplaceAllString(b.String(), `"time":0`)
		}
		if got[0] != got[1] || strings.Count(got[0], "\n") != 1 || strings.Contains(got[0], "hunter2") {
			t.Errorf("short\n%s\nslog\n%s", got[0], got[1])
		}
	}
}

func TestText(t *testing.T) {
	var b bytes.Buffer
	accesslog.Write(context.Background(), slog.New(accesslog.New(&b, accesslog.Options{Text: true})),
		&accesslog.Request{Method: "GET\nlevel=INFO", Rule: "/", Status: 200}, time.Now())
	if got := b.String(); !strings.Contains(got, `method="GET\nlevel=INFO"`) || !strings.Contains(got, " status=200 ") || strings.Count(got, "\n") != 1 {
		t.Error(got)
	}
}

// TestReadableDurations: people are not shown nanoseconds, and programs are.
func TestReadableDurations(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 999: "999ns", 1234: "1.23µs", 1_234_567: "1.23ms", 12_345_678: "12.3ms", 999_999_999: "1s", 1_234_567_890: "1.23s",
		-1_234_567: "-1.23ms", 59*time.Second + 999_999: "59s", 61*time.Second + 5: "1m1s", 25*time.Hour + 1: "25h0m0s",
	} {
		var text, json bytes.Buffer
		for b, o := range map[*bytes.Buffer]accesslog.Options{&text: {Text: true}, &json: {}} {
			slog.New(accesslog.New(b, o)).Info("done", "took", d, slog.Group("g", "within", d))
		}
		if got := text.String(); !strings.HasSuffix(got, " took="+want+" g.within="+want+"\n") {
			t.Errorf("%d: %s", d, got)
		}
		if got := json.String(); !strings.Contains(got, fmt.Sprintf(`"took":%d,`, d)) {
			t.Errorf("%d: %s", d, got)
		}
	}
}
