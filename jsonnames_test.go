package dewar_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

type namedLine struct {
	Name   string       `json:"name"`
	Parent *namedLine   `json:"parent"`
	Below  []*namedLine `json:"below"`
}

type namedBody struct {
	Role     string               `json:"role"`
	UserID   int                  `json:"userID"`
	Plain    string               // no tag: encoding/json's own rule
	Omitted  string               `json:",omitempty"`
	Line     namedLine            `json:"line"`
	Lines    []namedLine          `json:"lines"`
	ByName   map[string]namedLine `json:"byName"`
	Labels   map[string]string    `json:"labels"`
	Anything any                  `json:"anything"`
	Raw      json.RawMessage      `json:"raw"`
	When     time.Time            `json:"when"`
	namedEmbedded
	Skipped string `json:"-"`
}

type namedEmbedded struct {
	Deep string `json:"deep"`
}

// TestJSONNames: a name in JSON is that of a tag in its own case alone, as in Python; what
// has no tag stays as encoding/json has it, and names that are data stay as they are.
func TestJSONNames(t *testing.T) {
	for name, row := range map[string]struct{ body, want string }{
		"own case":              {`{"role":"a","userID":1}`, `{"role":"a","userID":1}`},
		"another case":          {`{"Role":"a","ROLE":"b","userid":1,"UserID":2}`, `{}`},
		"both":                  {`{"role":"a","ROLE":"b","userID":1,"userId":2}`, `{"role":"a","userID":1}`},
		"both, the other first": {`{"ROLE":"b","role":"a"}`, `{"role":"a"}`},
		"folded letters":        {`{"u\u017ferID":1,"role":"a","u\u017FerID":2}`, `{"role":"a"}`},
		"escaped":               {`{"\u0052ole":"b","\u0072ole":"a"}`, `{"role":"a"}`},
		"without a tag":         {`{"plain":"a","OMITTED":"b","pLAIN":"c"}`, `{"Plain":"c","Omitted":"b"}`},
		"below":                 {`{"line":{"Name":"x","parent":{"NAME":"y","name":"z"},"below":[{"Name":"q"},{"name":"r"}]},"lines":[{"NAME":1,"name":"s"}]}`, `{"line":{"parent":{"name":"z"},"below":[{},{"name":"r"}]},"lines":[{"name":"s"}]}`},
		"names that are data":   {`{"labels":{"Role":"x","NAME":"y"},"byName":{"Role":{"Name":"no","name":"yes"}},"anything":{"Role":1},"raw":{"Role":1}}`, `{"labels":{"Role":"x","NAME":"y"},"byName":{"Role":{"name":"yes"}},"anything":{"Role":1},"raw":{"Role":1}}`},
		"embedded":              {`{"Deep":"x","deep":"y"}`, `{"deep":"y"}`},
		"reads itself":          {`{"When":1,"when":"2026-01-02T03:04:05Z"}`, `{"when":"2026-01-02T03:04:05Z"}`},
		"values like names":     {`{"role":"Role:","plain":"ROLE"}`, `{"role":"Role:","Plain":"ROLE"}`},
	} {
		t.Run(name, func(t *testing.T) {
			var got, want namedBody
			if err := (dewar.GoJSON{}).Unmarshal([]byte(row.body), &got, false); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(row.want), &want); err != nil {
				t.Fatal(err)
			}
			if g, w := jsonShown(got), jsonShown(want); g != w {
				t.Errorf("got  %s\nwant %s", g, w)
			}
		})
	}
}

func jsonShown(v any) string {
	b, err := json.Marshal(v)
	return fmt.Sprint(string(b), err)
}

// TestBindNamesAreExact: what a request says in another case is not bound.
func TestBindNamesAreExact(t *testing.T) {
	app, _ := newApp(t)
	app.Post("/", func(c *dewar.Context) error {
		var in struct {
			Role string `json:"role"`
			Own  string `json:",omitempty"`
		}
		if err := c.Bind(&in); err != nil {
			return err
		}
		return c.Text(in.Role + "|" + in.Own)
	})
	r := dewartest.New(t, app).NewRequest("POST", "/", strings.NewReader(`{"role":"user","Role":"admin","own":"x"}`))
	r.Header.Set("Content-Type", "application/json")
	if resp := dewartest.New(t, app).Do(r); resp.Text != "user|x" {
		t.Errorf("got %d %q", resp.Status, resp.Text)
	}
	var in namedBody
	if err := (dewar.GoJSON{}).Unmarshal([]byte(`{"role":"user","Role":"admin"}`), &in, true); err == nil || err.Error() != `json: unknown field "Role"` {
		t.Errorf("strict: %v", err)
	}
}

func FuzzJSONNames(f *testing.F) {
	for _, s := range []string{`{"role":"a","Role":"b"}`, `{"line":{"name":"x","Name":1}}`, `{"r\u006fle":"a"}`, `[{"ROLE":1}]`, `{"labels":{"Role":"x"}}`, `{"userId":1,"`, `{"ROLE":{"name":[{}]}}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var got struct {
			Role   string            `json:"role"`
			UserID int               `json:"userID"`
			Labels map[string]string `json:"labels"`
		}
		var exact map[string]json.RawMessage
		if (dewar.GoJSON{}).Unmarshal([]byte(text), &got, false) != nil || json.Unmarshal([]byte(text), &exact) != nil {
			return
		}
		want := got
		want.Role, want.UserID, want.Labels = "", 0, nil
		_, _, _ = json.Unmarshal(exact["role"], &want.Role), json.Unmarshal(exact["userID"], &want.UserID), json.Unmarshal(exact["labels"], &want.Labels)
		if strings.Count(text, "labels") < 2 && jsonShown(got) != jsonShown(want) { // maps of the same name are merged
			t.Errorf("%q: got %s, want %s", text, jsonShown(got), jsonShown(want))
		}
	})
}
