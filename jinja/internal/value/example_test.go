package value_test

import (
	"fmt"
	"time"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

type article struct {
	Title     string
	CreatedAt time.Time `json:"created"`
	Tags      []string
}

func (a article) Slug() string { return "a-" + a.Title }

func ExampleGetAttr() {
	v := value.Of(&article{Title: "Tea & milk", CreatedAt: time.Date(2024, 2, 29, 12, 30, 0, 0, time.UTC), Tags: []string{"new"}})
	for _, name := range []string{"title", "created_at", "created", "tags"} {
		x, _ := value.GetAttr(v, name)
		out, _ := value.AppendEscaped(nil, x)
		fmt.Println(string(out))
	}
	slug, _ := value.GetAttr(v, "slug")
	s, _ := value.Call(nil, slug, value.Args{})
	fmt.Println(value.StrOf(s))
	// Output:
	// Tea &amp; milk
	// 2024-02-29 12:30:00+00:00
	// 2024-02-29 12:30:00+00:00
	// [&#39;new&#39;]
	// a-Tea & milk <nil>
}

func ExampleAdd() {
	_, err := value.Add(value.String("a"), value.Int(1))
	fmt.Println(err)
	v, _ := value.Add(value.Safe("<b>"), value.String("<"))
	fmt.Println(value.ReprOf(v))
	// Output:
	// TypeError: can only concatenate str (not "int") to str
	// Markup('<b>&lt;') <nil>
}

func ExampleDict() {
	d := value.NewDict()
	_ = d.Set(value.Int(1), value.String("one"))
	_ = d.Set(value.True, value.String("still the first key"))
	d.SetString("b", value.NewList(nil))
	fmt.Println(value.ReprOf(d.Value()))
	// Output: {1: 'still the first key', 'b': []} <nil>
}
