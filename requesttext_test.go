package dewar_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

// textApp answers with what it reads of a request, source by source.
func textApp(t *testing.T) *dewartest.Client {
	app, _ := newApp(t)
	app.Get("/query", func(c *dewar.Context) error { return c.Text(c.Query("q")) })
	app.Get("/cookie", func(c *dewar.Context) error { return c.Text(c.Cookie("a")) })
	app.Get("/path/<s>", func(c *dewar.Context) error { return c.Text(c.Str("s")) })
	app.Post("/form", func(c *dewar.Context) error { return c.Text(c.Form("q")) })
	app.Post("/json", func(c *dewar.Context) error {
		var in struct {
			N any `json:"n"`
		}
		if err := c.Bind(&in); err != nil {
			return err
		}
		return c.JSON(in.N)
	})
	app.Post("/file", func(c *dewar.Context) error {
		f, err := c.FormFile("f")
		if err == http.ErrMissingFile {
			return c.Text("none")
		}
		if err != nil {
			return err
		}
		r, err := f.Open()
		if err != nil {
			return err
		}
		defer func() { _ = r.Close() }()
		b, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		return c.Text(f.Filename + "|" + string(b))
	})
	app.Get("/bind", func(c *dewar.Context) error {
		var in struct {
			Q string `query:"q"`
			A string `cookie:"a"`
			H string `header:"X-Text"`
		}
		if err := c.Bind(&in); err != nil {
			return err
		}
		return c.Text(in.Q + in.A + in.H)
	})
	return dewartest.New(t, app)
}

const (
	urlencoded = "application/x-www-form-urlencoded"
	multipartB = "multipart/form-data; boundary=b"
)

// TestRequestText: what a request carries is read as Werkzeug reads it, and has
// one rule everywhere: it is UTF-8, and NUL is a bad request.
func TestRequestText(t *testing.T) {
	client := textApp(t)
	part := func(disposition, content string) string {
		return "--b\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + content + "\r\n--b--\r\n"
	}
	for name, row := range map[string]struct {
		method, target, kind, cookie, body string
		status                             int
		text                               string
	}{
		"semicolon in a query":   {"GET", "/query?q=a;b", "", "", "", 200, "a;b"},
		"lone % in a query":      {"GET", "/query?q=100%", "", "", "", 200, "100%"},
		"no UTF-8 in a query":    {"GET", "/query?q=%ff", "", "", "", 200, "\uFFFD"},
		"NUL in a query":         {"GET", "/query?q=a%00b", "", "", "", 400, ""},
		"NUL in another query":   {"GET", "/query?q=a&r=%00", "", "", "", 400, ""},
		"semicolon in a form":    {"POST", "/form", urlencoded, "", "q=a;b", 200, "a;b"},
		"lone % in a form":       {"POST", "/form", urlencoded, "", "q=100%", 200, "100%"},
		"no UTF-8 in a form":     {"POST", "/form", urlencoded, "", "q=%ff", 200, "\uFFFD"},
		"raw bytes in a form":    {"POST", "/form", urlencoded, "", "q=\xc3\xa9\xff", 200, "é\uFFFD"},
		"NUL in a form":          {"POST", "/form", urlencoded, "", "q=a%00b", 400, ""},
		"charset of a form":      {"POST", "/form", urlencoded + "; charset", "", "q=a", 200, "a"},
		"JSON in a cookie":       {"GET", "/cookie", "", `a={"x":1}`, "", 200, `{"x":1}`},
		"letters in a cookie":    {"GET", "/cookie", "", "a=é", "", 200, "é"},
		"octal in a cookie":      {"GET", "/cookie", "", `a="\054"`, "", 200, ","},
		"no UTF-8 in a cookie":   {"GET", "/cookie", "", "a=\xff", "", 200, "\uFFFD"},
		"NUL in a cookie":        {"GET", "/cookie", "", `a="\000"`, "", 400, ""},
		"NUL in another cookie":  {"GET", "/cookie", "", `b="\000"; a=1`, "", 200, "1"},
		"NUL in a path":          {"GET", "/path/a%00b", "", "", "", 400, ""},
		"no UTF-8 in a path":     {"GET", "/path/%ff", "", "", "", 400, ""},
		"multipart field":        {"POST", "/form", multipartB, "", part("name=q", "é\xff"), 200, "é\uFFFD"},
		"NUL in multipart":       {"POST", "/form", multipartB, "", part("name=q", "a\x00b"), 400, ""},
		"multipart without body": {"POST", "/form", multipartB, "", "", 200, ""},
		"multipart unfinished":   {"POST", "/form", multipartB, "", "--b\r\n", 400, ""},
		"bare file name":         {"POST", "/file", multipartB, "", part("name=f; filename=a b.txt", "x\x00"), 200, "a b.txt|x\x00"},
		"path as file name":      {"POST", "/file", multipartB, "", part(`name=f; filename="../../a.txt"`, "x"), 200, "a.txt|x"},
		"NUL in a file name":     {"POST", "/file", multipartB, "", part("name=f; filename=\"a\x00b\"", "x"), 400, ""},
		"input without a file":   {"POST", "/file", multipartB, "", part(`name=f; filename=""`, ""), 200, "none"},
		"BOM before JSON":        {"POST", "/json", "application/json", "", "\xEF\xBB\xBF" + `{"n":1}`, 200, "1\n"},
		"letters in JSON":        {"POST", "/json", "application/json; charset=utf-8", "", `{"n":"é"}`, 200, "\"é\"\n"},
		"UTF-16 JSON":            {"POST", "/json", "application/json", "", "\xff\xfe{\x00\"\x00n\x00\"\x00:\x001\x00}\x00", 200, "1\n"},
		"no UTF-8 in JSON":       {"POST", "/json", "application/json", "", "{\"n\":\"\xff\"}", 200, "\"\uFFFD\"\n"},
		"NUL in JSON":            {"POST", "/json", "application/json", "", `{"n":"a\u0000b"}`, 400, ""},
		"escaped backslash":      {"POST", "/json", "application/json", "", `{"n":"\\u0000"}`, 200, `"\\u0000"` + "\n"},
		"JSON of a kind":         {"POST", "/json", "application/problem+json", "", `{"n":1}`, 200, "1\n"},
		"JSON, bad parameter":    {"POST", "/json", "application/json; charset", "", `{"n":1}`, 200, "1\n"},
		"no JSON":                {"POST", "/json", "text/plain", "", `{"n":1}`, 415, ""},
		"bound":                  {"GET", "/bind?q=a;%ff", "", `a="\303\251"`, "", 200, "a;\uFFFDé\uFFFD"},
		"NUL in a bound cookie":  {"GET", "/bind", "", `a="\000"`, "", 400, ""},
		"NUL in a bound query":   {"GET", "/bind?q=%00", "", "", "", 400, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := client.NewRequest(row.method, row.target, strings.NewReader(row.body))
			r.Header.Set("Content-Type", row.kind)
			r.Header.Set("X-Text", "\xff")
			if row.target != "/bind?q=a;%ff" {
				r.Header.Del("X-Text")
			}
			if row.cookie != "" {
				r.Header.Set("Cookie", row.cookie)
			}
			resp := client.Do(r)
			if resp.Status != row.status || row.status == 200 && resp.Text != row.text {
				t.Errorf("got %d %q, want %d %q", resp.Status, resp.Text, row.status, row.text)
			}
		})
	}
}

// TestNetHTTPFindsTheForm: code that was written for net/http reads the form that
// a guard has read before.
func TestNetHTTPFindsTheForm(t *testing.T) {
	app, _ := newApp(t)
	app.Post("/", func(c *dewar.Context) error {
		if _, err := c.FormValues(); err != nil {
			return err
		}
		file, h, err := c.Request().FormFile("f")
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		return c.Text(c.Request().FormValue("a") + h.Filename)
	})
	client := dewartest.New(t, app)
	r := client.NewRequest("POST", "/", strings.NewReader("--b\r\nContent-Disposition: form-data; name=f; filename=x\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; name=a\r\n\r\nv\r\n--b--"))
	r.Header.Set("Content-Type", multipartB)
	if resp := client.Do(r); resp.Text != "vx" {
		t.Errorf("got %d %q", resp.Status, resp.Text)
	}
}

// TestBindOptional: what may be left out, dates, and all mistakes at once.
func TestBindOptional(t *testing.T) {
	type input struct {
		Page  *int         `query:"page"`
		Name  *string      `query:"name"`
		On    *bool        `query:"on"`
		When  *time.Time   `query:"when"`
		Day   time.Time    `query:"day" format:"2006-01-02"`
		Born  *time.Time   `query:"born" format:"%d.%m.%Y"`
		Days  []*time.Time `query:"d" format:"2006-01-02"`
		Count int          `query:"count"`
		Max   int8         `form:"max"`
	}
	var in input
	var failed error
	app, _ := newApp(t)
	app.Post("/", func(c *dewar.Context) error {
		in = input{}
		failed = c.Bind(&in)
		return failed
	})
	app.Post("/json", func(c *dewar.Context) error {
		var in struct {
			A int       `json:"a"`
			B string    `json:"b"`
			C time.Time `json:"c"`
			P int       `query:"p"`
		}
		return c.Bind(&in)
	})
	client := dewartest.New(t, app)
	client.PostForm("/?page=&name=&on=&when=&born=", nil)
	if failed != nil || in.Page != nil || in.On != nil || in.When != nil || in.Born != nil || in.Name == nil || *in.Name != "" {
		t.Errorf("empty texts: got %+v, %v", in, failed)
	}
	client.PostForm("/?page=3&when=2026-01-02T15:04&day=2026-01-02&born=03.02.2000&d=2026-01-01&d=&d=2026-01-03", nil)
	day := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }
	switch {
	case failed != nil:
		t.Errorf("dates: %v", failed)
	case *in.Page != 3, !in.When.Equal(day(2026, 1, 2).Add(15*time.Hour + 4*time.Minute)), !in.Day.Equal(day(2026, 1, 2)), !in.Born.Equal(day(2000, 2, 3)),
		len(in.Days) != 3, in.Days[1] != nil, !in.Days[2].Equal(day(2026, 1, 3)):
		t.Errorf("dates: got %+v", in)
	}
	resp := client.PostForm("/?page=x&day=02.01.2026&count=1", map[string][]string{"max": {"1000"}})
	want := `query &#34;page&#34;: a number is needed; query &#34;day&#34;: a date such as 2026-01-31 is needed; form &#34;max&#34;: the number is out of range`
	if resp.Status != 400 || !strings.Contains(resp.Text, want) {
		t.Errorf("several mistakes: got %d %q", resp.Status, resp.Text)
	}
	r := client.NewRequest("POST", "/json?p=x", strings.NewReader(`{"a":"x","b":1,"c":"2026-01-02T00:00:00Z"}`))
	r.Header.Set("Content-Type", "application/json")
	resp = client.Do(r)
	for _, want := range []string{`the field \"a\"`, `the field \"b\"`, `query \"p\"`} {
		if resp.Status != 400 || !strings.Contains(resp.Text, want) {
			t.Errorf("several mistakes, JSON among them: got %d %q, want %q", resp.Status, resp.Text, want)
		}
	}
}
