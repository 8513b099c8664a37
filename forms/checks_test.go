package forms_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/dewar-go/dewar/forms"
)

// TestChecksOfOurOwn: the checks that the recorded WTForms does not have, and the bounds of those that it has.
func TestChecksOfOurOwn(t *testing.T) {
	long := strings.Repeat("a", 70_000)
	for _, row := range []struct {
		kind, checks, sent, want string
	}{
		{"DateField", "date_range(2026-01-01, 2026-12-31)", "2026-06-01", ""},
		{"DateField", "date_range(2026-01-01, 2026-12-31)", "2025-12-31", "Date must be between 2026-01-01 and 2026-12-31."},
		{"DateField", "date_range(min=2026-01-01)", "2025-12-31", "Date must be at least 2026-01-01."},
		{"DateField", "date_range(max=2026-01-01)", "2026-01-02", "Date must be at most 2026-01-01."},
		{"StringField", "required", " \t", "This field is required."},
		{"StringField", "required(message='Please say it.')", "", "Please say it."},
		{"StringField", "regexp('^a+$')", long, "Invalid input."},
		{"StringField", "regexp('^a+$')", "aaa", ""},
		{"StringField", "regexp(^A$, flags=2)", "a", ""},
		{"StringField", "email", long + "@example.org", "Invalid email address."},
		{"StringField", "email", "a@bücher.example.org", ""},
		{"StringField", "email(allow_smtputf8=false)", "ä@example.org", "Invalid email address."},
		{"StringField", "email(allow_empty_local=true)", "@example.org", ""},
		{"StringField", "url(require_tld=false)", "http://localhost:8080/x", ""},
		{"StringField", "url", "http://localhost/", "Invalid URL."},
		{"StringField", "ip_address(ipv4=false, ipv6=true)", "::1", ""},
		{"StringField", "ip_address(ipv4=false, ipv6=true)", "192.0.2.1", "Invalid IP address."},
		{"StringField", "uuid", "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}", ""},
		{"StringField", "length(max=3)", "a\r\nb", ""},
		{"StringField", "length(max=2)", "äöü", "Field cannot be longer than 2 characters."},
		{"DecimalField", "number_range(0.1, 1e2)", "0.10", ""},
		{"DecimalField", "number_range(0.1, 1e2)", "100.01", "Number must be between 0.1 and 1e2."},
		{"StringField", "optional, length(3)", "  ", ""},
		{"StringField", "optional(strip_whitespace=false), length(3)", "  ", "Field must be at least 3 characters long."},
		{"StringField", "none_of(root, admin)", "admin", "Invalid value, can't be any of: root, admin."},
		{"StringField", "disabled, required", "", ""},
	} {
		checks, err := forms.ParseChecks(row.checks)
		if err != nil {
			t.Errorf("%s: %v", row.checks, err)
			continue
		}
		f := schema(t, forms.Field{Name: "x", Type: row.kind, Checks: checks}).Read(url.Values{"x": {row.sent}})
		got := ""
		if !f.Valid() {
			got = f.Errors()[0].Text
		}
		if got != row.want {
			t.Errorf("%s of %.20q: %q, want %q", row.checks, row.sent, got, row.want)
		}
	}
	html := schema(t, forms.Field{Name: "x", Type: "DateField", Checks: []forms.Check{mustCheck(t, "DateRange", "2026-01-01", "2026-12-31")}}).Read(nil).Field("x").HTML()
	if string(html) != `<input id="x" max="2026-12-31" min="2026-01-01" name="x" type="date" value="">` {
		t.Error(html)
	}
}
