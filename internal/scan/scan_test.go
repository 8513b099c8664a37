package scan_test

import (
	"errors"
	"math/big"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar/internal/scan"
)

func TestValues(t *testing.T) {
	addr := netip.MustParseAddr("192.0.2.1")
	seven := 7
	for _, row := range []struct {
		name  string
		into  any
		texts []string
		want  any
	}{
		{"string", new(string), []string{"a", "b"}, "a"},
		{"int8", new(int8), []string{"-128"}, int8(-128)},
		{"uint", new(uint), []string{"3"}, uint(3)},
		{"float", new(float32), []string{"0.5"}, float32(0.5)},
		{"bool", new(bool), []string{"On"}, true},
		{"empty bool", new(bool), []string{""}, false},
		{"duration", new(time.Duration), []string{"90s"}, 90 * time.Second},
		{"seconds", new(time.Duration), []string{"90"}, 90 * time.Second},
		{"bytes", new([]byte), []string{"ab"}, []byte("ab")},
		{"text", new(netip.Addr), []string{"192.0.2.1"}, addr},
		{"slice", new([]int), []string{"1", "2"}, []int{1, 2}},
		{"slice of texts", new([]netip.Addr), []string{"192.0.2.1"}, []netip.Addr{addr}},
		{"pointer", new(*int), []string{"7"}, &seven},
	} {
		t.Run(row.name, func(t *testing.T) {
			to := reflect.ValueOf(row.into).Elem()
			if err := scan.Values(to, row.texts); err != nil || !reflect.DeepEqual(to.Interface(), row.want) {
				t.Errorf("%v, %v, want %v", to.Interface(), err, row.want)
			}
		})
	}
}

// TestOwnTextsAreBounded: what reads a number of any length itself is not given one that takes seconds.
func TestOwnTextsAreBounded(t *testing.T) {
	for n, want := range map[int]bool{10_000: true, 10_001: false, 1_000_000: false} {
		text := strings.Repeat("9", n)
		for _, into := range []any{new(big.Int), new(big.Rat), new(big.Float), new(*big.Int)} {
			err := scan.Values(reflect.ValueOf(into).Elem(), []string{text})
			if _, bounded := errors.AsType[*scan.Error](err); (err == nil) != want || bounded == want || err != nil && len(err.Error()) > 100 {
				t.Errorf("%d digits of %T: %v", n, into, err)
			}
		}
		if err := scan.Values(reflect.ValueOf(new(page)).Elem(), []string{text}); err != nil {
			t.Errorf("a text of %d bytes: %v", n, err)
		}
	}
}

// page is a text with a method of its own.
type page string

func (p *page) UnmarshalText(b []byte) error { *p = page(b); return nil }

func TestTextErrors(t *testing.T) {
	for _, row := range []struct {
		name, text      string
		into            any
		message, reason string
	}{
		{"int", "x", new(int), `"x" is no whole number of 64 bits`, "a number is needed"},
		{"int8 out of range", "128", new(int8), `"128" is no whole number of 8 bits`, "the number is out of range"},
		{"uint", "-1", new(uint16), `"-1" is no whole number from zero of 16 bits`, "a number is needed"},
		{"float", "1,5", new(float64), `"1,5" is no number`, "a number is needed"},
		{"bool", "maybe", new(bool), `"maybe" is neither true nor false`, "the value does not fit"},
		{"empty bool", "", new(bool), `"" is neither true nor false`, "the value does not fit"},
		{"duration", "soon", new(time.Duration), `"soon" is no duration; write 90s, 15m or 12h, or a number of seconds`, "the value does not fit"},
	} {
		t.Run(row.name, func(t *testing.T) {
			to := reflect.ValueOf(row.into).Elem()
			e, ok := errors.AsType[*scan.Error](scan.Text(to, row.text))
			if !ok || e.Message != row.message || e.Reason != row.reason || !to.IsZero() {
				t.Errorf("%+v, value %v", e, to)
			}
		})
	}
	if _, ok := errors.AsType[*scan.TypeError](scan.Text(reflect.ValueOf(new(chan int)).Elem(), "x")); !ok {
		t.Error("a channel was read from a text")
	}
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{"1", "-1", "1e9", "true", "90s", "", "0x1p-2", "١"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, into := range []any{new(int8), new(uint64), new(float64), new(bool), new(time.Duration), new(netip.Addr), new([]int), new(*string)} {
			to := reflect.ValueOf(into).Elem()
			before := to.Interface()
			if err := scan.Values(to, []string{text}); err != nil && !reflect.DeepEqual(to.Interface(), before) {
				t.Errorf("%T: %q is refused and left %v", into, text, to.Interface())
			}
		}
	})
}

// TestStrptime: numbers of a layout with % may lack their leading zero, as in Python, and no fraction is read that it
// does not name.
func TestStrptime(t *testing.T) {
	for _, row := range []struct {
		layout scan.Layout
		text   string
		ok     bool
	}{
		{"%Y-%m-%d", "2026-2-8", true}, {"%Y-%m-%d", "26-2-8", false}, {"%H:%M:%S", "7:5:3", true},
		{"%H:%M:%S", "07:05:03.5", false}, {"%H:%M", "24:00", false}, {"02.01.2006", "8.2.2026", false},
	} {
		var got time.Time
		if err := row.layout.Text(reflect.ValueOf(&got).Elem(), row.text); (err == nil) != row.ok {
			t.Errorf("%s of %s: %v", row.layout, row.text, err)
		}
	}
	if got := scan.Layout("%d.%m.%Y %-d").Format(time.Date(2026, 2, 8, 0, 0, 0, 0, time.UTC)); got != "08.02.2026 8" {
		t.Error(got)
	}
}
