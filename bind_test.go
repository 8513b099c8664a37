package dewar_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/routing"
)

type bound struct {
	ID     int           `path:"id"`
	Page   *int          `query:"page"`
	Tags   []string      `query:"tag"`
	Nums   []int8        `query:"n"`
	Wait   time.Duration `query:"wait"`
	User   routing.UUID  `query:"user"`
	Title  string        `form:"title"`
	Agreed bool          `form:"agreed"`
	Trace  string        `header:"X-Trace"`
	Theme  string        `cookie:"theme"`
	Admin  bool
	Nested struct {
		Text string `query:"nested"`
	} `query:"-"`
}

func TestBind(t *testing.T) {
	app, _ := newApp(t)
	app.Post("/items/<int:id>", func(c *dewar.Context) error {
		in := bound{Theme: "unset"}
		if err := c.Bind(&in); err != nil {
			return err
		}
		page := "nil"
		if in.Page != nil {
			page = fmt.Sprint(*in.Page)
		}
		return c.Text(strings.TrimSuffix(fmt.Sprintln(in.ID, page, in.Tags, in.Nums, in.Wait, in.User, in.Title, in.Agreed, in.Trace, in.Theme, in.Admin), "\n"))
	})
	client := dewartest.New(t, app)
	rows := []struct {
		name, target, form string
		status             int
		text               string
	}{
		{"all", "/items/7?page=2&tag=a&tag=b&n=1&n=-2&wait=3s&user=00000000-0000-0000-0000-000000000005&Admin=true&id=9&title=query", "title=T&agreed=on&id=8&ID=8&Admin=1&tag=c",
			200, "7 2 [a b] [1 -2] 3s 00000000-0000-0000-0000-000000000005 T true tr unset false"},
		{"nothing", "/items/7", "", 200, "7 nil [] [] 0s 00000000-0000-0000-0000-000000000000  false tr unset false"},
		{"no number", "/items/7?page=x", "", 400, `query &#34;page&#34;: a number is needed`},
		{"out of range", "/items/7?n=1000", "", 400, "out of range"},
		{"bad boolean", "/items/7", "agreed=maybe", 400, "form &#34;agreed&#34;"},
		{"CVE-2025-48075 an index makes nothing grow", "/items/7?tag[999999999]=x&n[5]=1", "", 200, "7 nil [] []"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			r := client.NewRequest("POST", row.target, strings.NewReader(row.form))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("X-Trace", "tr")
			if resp := client.Do(r); resp.Status != row.status || !strings.Contains(resp.Text, row.text) {
				t.Errorf("got %d %s", resp.Status, resp.Text)
			}
		})
	}
}

func TestBindJSON(t *testing.T) {
	type line struct {
		Name string `json:"name"`
		N    int    `json:"n"`
	}
	app, _ := newApp(t)
	view := func(bind func(*dewar.Context, any) error) dewar.View {
		return func(c *dewar.Context) error {
			var in struct {
				ID    int    `path:"id" json:"id"`
				Owner string `cookie:"owner" json:"owner"`
				Title string `json:"title"`
				Lines []line `json:"lines"`
				Plain string
			}
			if err := bind(c, &in); err != nil {
				return err
			}
			b, err := json.Marshal(in)
			if err != nil {
				return err
			}
			return c.Text(string(b))
		}
	}
	app.Post("/<int:id>", view((*dewar.Context).Bind))
	app.Post("/strict/<int:id>", view(func(c *dewar.Context, into any) error { return c.Bind(dewar.Strict(into)) }))
	client := dewartest.New(t, app)
	rows := []struct {
		name, path, kind, body string
		status                 int
		text                   string
	}{
		{"body", "/3", "application/json", `{"title":"T","lines":[{"name":"a","n":1}]}`, 200, `{"id":3,"owner":"","title":"T","lines":[{"name":"a","n":1}],"Plain":""}`},
		{"the body sets only what is its own", "/3", "application/json; charset=utf-8", `{"id":9,"owner":"mallory","Plain":"x","title":"T"}`, 200, `{"id":3,"owner":"","title":"T","lines":null,"Plain":""}`},
		{"CVE-2021-32677 JSON as text", "/3", "text/plain", `{"title":"T"}`, 415, "must be JSON"},
		{"no type", "/3", "", `{"title":"T"}`, 415, "must be JSON"},
		{"malformed", "/3", "application/json", `{"title":`, 400, "ends too early"},
		{"syntax", "/3", "application/json", `{"title" 1}`, 400, "malformed JSON at byte"},
		{"wrong type", "/3", "application/json", `{"title":1}`, 400, "another type"},
		{"two values", "/3", "application/json", `{} {}`, 400, "does not fit"},
		{"unknown field allowed", "/3", "application/json", `{"nope":1}`, 200, `"title":""`},
		{"unknown field refused", "/strict/3", "application/json", `{"nope":1}`, 400, "unknown field"},
		{"strict and good", "/strict/3", "application/json", `{"title":"T"}`, 200, `"title":"T"`},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			r := client.NewRequest("POST", row.path, strings.NewReader(row.body))
			if row.kind != "" {
				r.Header.Set("Content-Type", row.kind)
			}
			if resp := client.Do(r); resp.Status != row.status || !strings.Contains(resp.Text, row.text) {
				t.Errorf("got %d %s", resp.Status, resp.Text)
			}
		})
	}
}

func TestUploadNamesAreSafe(t *testing.T) {
	app, _ := newApp(t)
	app.Post("/", func(c *dewar.Context) error {
		f, err := c.FormFile("f")
		if err != nil {
			return err
		}
		return c.Text(f.Name() + " " + fmt.Sprint(f.Size))
	})
	client := dewartest.New(t, app)
	body := "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"../../etc/pass wd\"\r\n\r\nabc\r\n--B--\r\n"
	r := client.NewRequest("POST", "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=B")
	if resp := client.Do(r); resp.Text != "pass_wd 3" {
		t.Errorf("got %d %q", resp.Status, resp.Text)
	}
}

func TestBindJSONTwice(t *testing.T) {
	app, _ := newApp(t)
	app.Before(func(c *dewar.Context) error {
		var in struct {
			Version int `json:"version"`
		}
		if err := c.Bind(&in); err != nil {
			return err
		}
		if in.Version != 2 {
			return &dewar.HTTPError{Code: 400, Detail: "version"}
		}
		return nil
	})
	app.Post("/", func(c *dewar.Context) error {
		in := struct {
			Text string   `json:"text"`
			Kept string   `json:"kept"`
			Tags []string `json:"tags"`
		}{Kept: "as it was"}
		if err := c.Bind(&in); err != nil {
			return err
		}
		var whole map[string]any
		if err := c.BindJSON(&whole); err != nil {
			return err
		}
		return c.Text(fmt.Sprint(in.Text, " ", in.Kept, " ", len(in.Tags), " ", len(whole)))
	}).MaxBody(100)
	client := dewartest.New(t, app)
	resp := client.PostJSON("/", map[string]any{"version": 2, "text": "hi", "tags": []string{"a"}})
	if resp.Status != 200 || resp.Text != "hi as it was 1 3" {
		t.Errorf("got %d %q", resp.Status, resp.Text)
	}
	if resp := client.PostJSON("/", strings.Repeat("x", 200)); resp.Status != 413 {
		t.Errorf("a long body: %d", resp.Status)
	}
}

func TestBindJSONAnything(t *testing.T) {
	type point struct{ X, Y int }
	app, _ := newApp(t)
	app.Post("/list", func(c *dewar.Context) error {
		var list []int
		if err := c.BindJSON(&list); err != nil {
			return err
		}
		return c.Text(fmt.Sprint(list))
	})
	app.Post("/strict", func(c *dewar.Context) error {
		var p []point
		if err := c.BindJSON(dewar.Strict(&p)); err != nil {
			return err
		}
		return c.Text(fmt.Sprint(p))
	})
	client := dewartest.New(t, app)
	for _, row := range []struct {
		target, kind, body string
		status             int
		text               string
	}{
		{"/list", "application/json", "[1,2]", 200, "[1 2]"},
		{"/list", "application/vnd.x+json", " [] ", 200, "[]"},
		{"/list", "application/json", `{"a":1}`, 400, "another type"},
		{"/list", "application/json", `[1] [2]`, 400, ""},
		{"/list", "application/json", ``, 400, "too early"},
		{"/list", "text/plain", `[1]`, 415, ""},
		{"/strict", "application/json", `[{"X":1}]`, 200, "[{1 0}]"},
		{"/strict", "application/json", `[{"X":1,"Z":2}]`, 400, "unknown field"},
	} {
		r := client.NewRequest("POST", row.target, strings.NewReader(row.body))
		r.Header.Set("Content-Type", row.kind)
		if resp := client.Do(r); resp.Status != row.status || !strings.Contains(resp.Text, row.text) {
			t.Errorf("%s %s: got %d %q", row.target, row.body, resp.Status, resp.Text)
		}
	}
}

// Paging is embedded by pointer below.
type Paging struct {
	Page int `query:"page"`
}

// Meta is embedded by pointer below.
type Meta struct {
	Author string `json:"author"`
}

func TestBindEmbeddedPointer(t *testing.T) {
	app, _ := newApp(t)
	app.Post("/", func(c *dewar.Context) error {
		var in struct {
			*Paging
			*Meta
			Text string `json:"text"`
		}
		if err := c.Bind(&in); err != nil {
			return err
		}
		out := in.Text
		if in.Paging != nil {
			out += fmt.Sprint(" page ", in.Page)
		}
		if in.Meta != nil {
			out += " by " + in.Author
		}
		return c.Text(out)
	})
	client := dewartest.New(t, app)
	for _, row := range []struct{ target, body, want string }{
		{"/", `{"text":"t"}`, "t"}, {"/?page=2", `{"text":"t","author":"a"}`, "t page 2 by a"},
	} {
		if resp := client.PostJSON(row.target, json.RawMessage(row.body)); resp.Text != row.want {
			t.Errorf("%s %s: got %d %q, want %q", row.target, row.body, resp.Status, resp.Text, row.want)
		}
	}
}
