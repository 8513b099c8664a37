package secure

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestHeadersMerge(t *testing.T) {
	app := Headers{ReferrerPolicy: "no-referrer", StrictTransportSecurityMaxAge: time.Hour, PermissionsPolicy: map[string]string{"camera": "()"}}
	route := app.Merge(Headers{
		FrameOptions: "SAMEORIGIN", ContentSecurityPolicy: CSP{"frame-ancestors": {"'self'"}}, PermissionsPolicy: map[string]string{"camera": "(self)", "usb": "()"},
		ContentSecurityPolicyReportOnly: CSP{"default-src": {"'none'"}, "report-uri": {"/csp"}}, ReportingEndpoints: map[string]string{"csp": "/csp"},
	})
	h := http.Header{}
	compile(t, route).Apply(h, Answer{HTML: true, HTTPS: true})
	for name, want := range map[string]string{
		"Referrer-Policy": "no-referrer", "X-Frame-Options": "SAMEORIGIN", "Permissions-Policy": "camera=(self), usb=()",
		"Strict-Transport-Security":           "max-age=3600; includeSubDomains",
		"Content-Security-Policy":             strings.Replace(plainCSP, "frame-ancestors 'none'", "frame-ancestors 'self'", 1) + "; upgrade-insecure-requests",
		"Content-Security-Policy-Report-Only": "default-src 'none'; report-uri /csp",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if len(app.PermissionsPolicy) != 1 || app.ContentSecurityPolicy != nil {
		t.Errorf("the receiver became %+v", app)
	}
}

// Every field takes part: a struct with only that field set survives a merge
// into the zero value.
func TestHeadersMergeEveryField(t *testing.T) {
	kind := reflect.TypeFor[Headers]()
	for i := range kind.NumField() {
		var o Headers
		switch f := reflect.ValueOf(&o).Elem().Field(i); f.Interface().(type) {
		case string:
			f.SetString("x")
		case bool:
			f.SetBool(true)
		case time.Duration:
			f.SetInt(1)
		case CSP:
			f.Set(reflect.ValueOf(CSP{"x": {"y"}}))
		case map[string]string:
			f.Set(reflect.ValueOf(map[string]string{"x": "y"}))
		default:
			t.Fatalf("%s has a type this test does not know", kind.Field(i).Name)
		}
		if got := reflect.ValueOf(Headers{}.Merge(o)).Field(i); got.IsZero() {
			t.Errorf("%s is lost", kind.Field(i).Name)
		}
	}
}

func TestHeadersWeaknesses(t *testing.T) {
	if got := (Headers{}).Weaknesses(); got != nil {
		t.Errorf("the zero value: %q", got)
	}
	all := Headers{
		InsecureNoStrictTransportSecurity: true, InsecureNoPermissionsPolicy: true, ContentSecurityPolicy: DefaultCSP().Without("base-uri"),
		XContentTypeOptions: InsecureOff, ReferrerPolicy: "unsafe-url", CrossOriginOpenerPolicy: InsecureOff,
		CrossOriginResourcePolicy: "cross-origin", FrameOptions: InsecureOff, CacheControl: InsecureOff,
	}
	if got := all.Weaknesses(); len(got) != 9 {
		t.Errorf("%d: %q", len(got), got)
	}
	if got := (Headers{InsecureNoContentSecurityPolicy: true}).Weaknesses(); len(got) != 1 {
		t.Errorf("%q", got)
	}
}
