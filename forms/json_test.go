package forms_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/forms"
)

type item struct {
	Name  string         `form:"name" check:"required"`
	Price forms.Decimal  `form:"price" check:"required, number_range(0)"`
	Count *int           `form:"count"`
	Gone  bool           `form:"gone"`
	Meta  map[string]any `json:"meta"`
}

type cart struct {
	Items []item   `form:"items" entries:"0..3"`
	Ship  address  `form:"ship"`
	Tags  []string `form:"tags" type:"multiselect" choices:"a,b"`
	Total int      `form:"total" check:"required"`
}

// TestJSON: the same struct and checks read JSON, and the answer points at each field.
func TestJSON(t *testing.T) {
	a := dewar.New(dewar.Config{})
	var got cart
	a.Post("/", func(c *dewar.Context) error {
		got = cart{}
		if err := forms.Bind(c, &got); err != nil {
			return err
		}
		return c.NoContent()
	})
	client := dewartest.New(t, a)
	send := func(body string) *dewartest.Response {
		r := client.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		return client.Do(r)
	}
	if r := send(`{"items":[{"name":"a","price":1.50,"count":0,"gone":false,"Meta":{"x":1},"meta":{"x":1}}],"ship":{"street":"s","Secret":"x"},"tags":["b"],"total":0,"Admin":true}`); r.Status != 204 {
		t.Fatalf("%d %s", r.Status, r.Text)
	}
	price, _ := forms.ParseDecimal("1.50")
	if want := (cart{[]item{{"a", price, new(0), false, nil}}, address{Street: "s"}, []string{"b"}, 0}); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	for _, row := range []struct{ name, body, want string }{
		{"absent", `{}`, "#/ship/street required, #/total required"},
		{"wrong kinds", `{"items":{},"ship":[],"tags":[1],"total":"x"}`, "#/items type, #/ship type, #/ship/street required, #/tags choice, #/total type"},
		{"in a list", `{"items":[{"name":"a","price":1},{"name":7,"price":-1}],"ship":{"street":"s"},"total":1}`, "#/items/1/name required, #/items/1/price number_range"},
		{"null", `{"ship":{"street":null},"total":null}`, "#/ship/street required, #/total required"},
		{"a bool as a text", `{"items":[{"name":"a","price":1,"gone":"yes"}],"ship":{"street":"s"},"total":1}`, "#/items/0/gone type"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := send(row.body)
			var problem struct {
				Status int
				Errors []struct{ Pointer, Code, Detail string }
			}
			if err := r.JSON(&problem); err != nil || r.Header.Get("Content-Type") != "application/problem+json" {
				t.Fatalf("%v %v %s", err, r.Header, r.Text)
			}
			var list []string
			for _, e := range problem.Errors {
				list = append(list, fmt.Sprint(e.Pointer, " ", e.Code))
			}
			if got := strings.Join(list, ", "); got != row.want || r.Status != 422 || problem.Status != 422 {
				t.Errorf("%d %s, want %s", r.Status, got, row.want)
			}
		})
	}
	kept := cart{[]item{{Name: "a", Gone: true}}, address{Street: "s"}, []string{"a"}, 1}
	a2 := dewar.New(dewar.Config{})
	a2.Patch("/", func(c *dewar.Context) error {
		if err := forms.Bind(c, &kept, forms.Options{Partial: true}); err != nil {
			return err
		}
		return c.NoContent()
	})
	patch := dewartest.New(t, a2)
	r := patch.NewRequest("PATCH", "/", strings.NewReader(`{"total":2}`))
	r.Header.Set("Content-Type", "application/json")
	if resp := patch.Do(r); resp.Status != 204 || !reflect.DeepEqual(kept, cart{[]item{{Name: "a", Gone: true}}, address{Street: "s"}, []string{"a"}, 2}) {
		t.Errorf("a part: %d %s %+v", resp.Status, resp.Text, kept)
	}
	type optional struct {
		Name *string `form:"name"`
		On   *bool   `form:"on"`
		N    *int    `form:"n"`
	}
	maybe := optional{new("x"), new(true), new(1)}
	a3 := dewar.New(dewar.Config{})
	a3.Patch("/", func(c *dewar.Context) error { return errors.Join(forms.Bind(c, &maybe), c.NoContent()) })
	r = client.NewRequest("PATCH", "/", strings.NewReader(`{"name":null,"on":null,"n":null}`))
	r.Header.Set("Content-Type", "application/json")
	if resp := dewartest.New(t, a3).Do(r); resp.Status != 204 || maybe != (optional{}) {
		t.Errorf("null: %d %s %+v", resp.Status, resp.Text, maybe)
	}
	for _, body := range []string{`[]`, `null`, `{`, `"x"`, strings.Repeat(`{"a":`, 20000)} {
		if r := send(body); r.Status != 400 {
			t.Errorf("%.20s: %d", body, r.Status)
		}
	}
}
