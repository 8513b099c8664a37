package dewar

import (
	"net/http"
	"testing"
)

// FuzzRequestCookie compares with net/http's own reading.
func FuzzRequestCookie(f *testing.F) {
	for _, line := range []string{
		"", "session=abc", "a=1; session=abc; b=2", "session=\"quoted\"", "session=", "session", " session = x", "sessions=1; session=2",
		"session=bad\"value; session=good", "session=a=b=c", ";;session=x;", "\tsession=y\t; session=z", "session=\x7f", "Session=x", "session=\"", "session=a b, c",
	} {
		f.Add(line, "session")
	}
	f.Fuzz(func(t *testing.T, line, name string) {
		r := &http.Request{Header: http.Header{"Cookie": {line, "session=second"}}}
		got, ok := requestCookie(r, name)
		want, err := r.Cookie(name)
		if (err == nil) != ok || ok && got != want.Value {
			t.Errorf("%q in %q: %q, %t; net/http: %v, %v", name, line, got, ok, want, err)
		}
	})
}

func TestRequestCookieAllocates(t *testing.T) {
	r := &http.Request{Header: http.Header{"Cookie": {"a=1; session=abc; b=2"}}}
	if n := testing.AllocsPerRun(100, func() { requestCookie(r, "session") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
