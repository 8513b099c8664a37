package builtin_test

import (
	"fmt"

	"github.com/dewar-go/dewar/jinja/internal/builtin"
	"github.com/dewar-go/dewar/jinja/internal/value"
)

func ExampleFilters() {
	st := &state{autoescape: true}
	v, err := builtin.Filters["urlize"](st, value.String("see www.example.com <now>"), value.Args{})
	if err != nil {
		fmt.Println(err)
		return
	}
	s, _ := v.Str()
	fmt.Println(s)
	// Output: see <a href="https://www.example.com" rel="noopener">www.example.com</a> &lt;now&gt;
}

func ExampleStream() {
	st := &state{autoescape: true}
	buf := []byte("<h1>")
	buf, err := builtin.Stream["title"](st, buf, value.String("salt & pepper"), value.Args{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(append(buf, "</h1>"...)))
	// Output: <h1>Salt &amp; Pepper</h1>
}
