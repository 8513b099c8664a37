package flask_test

import (
	"fmt"

	"github.com/dewar-go/dewar/flask"
)

func ExampleJSON() {
	b, err := flask.JSON{}.Marshal(map[string]any{"name": "Zoë", "price": 2.0, "tags": []string{"<new>"}})
	fmt.Println(string(b), err)
	// Output: {"name":"Zo\u00eb","price":2.0,"tags":["<new>"]}
	//  <nil>
}
