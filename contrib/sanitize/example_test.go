package sanitize_test

import (
	"fmt"

	"github.com/dewar-go/dewar/contrib/sanitize"
)

func Example() {
	clean, err := sanitize.New(sanitize.Policy{})
	if err != nil {
		panic(err)
	}
	fmt.Println(clean.HTML(`<b>hello</b> <img src=x onerror=alert(1)><a href="javascript:alert(1)">x</a>`))
	// Output: <b>hello</b> <a>x</a>
}

func ExamplePolicy() {
	p := sanitize.Default()
	p.Elements = append(p.Elements, "img")
	p.Attributes["img"] = []string{"src", "alt"}
	p.NoFollow = true
	clean, err := sanitize.New(p)
	if err != nil {
		panic(err)
	}
	fmt.Println(clean.HTML(`<img src="/cat.png" alt="a cat" onload="x()"> <a href="https://example.com">there</a>`))
	// Output: <img src="/cat.png" alt="a cat"> <a href="https://example.com" rel="nofollow">there</a>
}
