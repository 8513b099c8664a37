package forms_test

import (
	"testing"

	"github.com/dewar-go/dewar/forms"
)

// TestDecimal: texts and rounding are those of Python's decimal.Decimal: str and quantize.
func TestDecimal(t *testing.T) {
	for _, row := range []struct{ text, str, whole, cents, five string }{
		{"0", "0", "0", "0.00", "0.00000"}, {"-0", "-0", "-0", "-0.00", "-0.00000"}, {"1.50", "1.50", "2", "1.50", "1.50000"},
		{"1e5", "1E+5", "100000", "100000.00", "100000.00000"}, {"-1E-7", "-1E-7", "-0", "-0.00", "-0.00000"},
		{"0.000001", "0.000001", "0", "0.00", "0.00000"}, {"0.0000001", "1E-7", "0", "0.00", "0.00000"},
		{"12345678901234567890", "12345678901234567890", "12345678901234567890", "12345678901234567890.00", "12345678901234567890.00000"},
		{"00012.00", "12.00", "12", "12.00", "12.00000"}, {".5", "0.5", "0", "0.50", "0.50000"}, {"5.", "5", "5", "5.00", "5.00000"},
		{" 7 ", "7", "7", "7.00", "7.00000"}, {"٣.٥", "3.5", "4", "3.50", "3.50000"}, {"1e-400", "1E-400", "0", "0.00", "0.00000"},
		{"0.125", "0.125", "0", "0.12", "0.12500"}, {"0.375", "0.375", "0", "0.38", "0.37500"}, {"-2.5", "-2.5", "-2", "-2.50", "-2.50000"},
		{"0.005", "0.005", "0", "0.00", "0.00500"}, {"0.015", "0.015", "0", "0.02", "0.01500"}, {"99.995", "99.995", "100", "100.00", "99.99500"},
	} {
		d, err := forms.ParseDecimal(row.text)
		if err != nil || d.String() != row.str || d.Fixed(0) != row.whole || d.Fixed(2) != row.cents || d.Fixed(5) != row.five {
			t.Errorf("%s: %v %s %s %s %s, want %v", row.text, err, d, d.Fixed(0), d.Fixed(2), d.Fixed(5), row)
		}
	}
	for _, text := range []string{"", ".", "-", "1e", "1e9999999", "0x1", "NaN", "inf", "1,5", "1 2", "--1", "1__0"} {
		if d, err := forms.ParseDecimal(text); err == nil {
			t.Errorf("%q is %s", text, d)
		}
	}
	order := []string{"-1e9", "-2", "-1.5", "-0.001", "0", "1e-9", "0.10", "0.11", "1", "9.99", "10", "1e3", "1000.5", "1e999"}
	for i, a := range order {
		for j, b := range order {
			x, _ := forms.ParseDecimal(a)
			y, _ := forms.ParseDecimal(b)
			if got := x.Cmp(y); got != sign(i-j) {
				t.Errorf("%s and %s: %d", a, b, got)
			}
		}
	}
	a, _ := forms.ParseDecimal("1.50")
	b, _ := forms.ParseDecimal("15e-1")
	if a.Cmp(b) != 0 || a.Float64() != 1.5 {
		t.Error("1.50 is not 15e-1")
	}
}

func sign(n int) int { return min(max(n, -1), 1) }
