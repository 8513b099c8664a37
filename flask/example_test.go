package flask_test

import (
	"fmt"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/flask"
	"github.com/dewar-go/dewar/sign"
)

// A view of an app beside a Flask application, for users of both.
func ExampleUser() {
	app := dewar.New(dewar.Config{
		SecretKey: dewar.NewSecret(sign.GenerateKey()), // Flask's SECRET_KEY
		Flask:     &dewar.FlaskSharing{},
	})
	app.Get("/", func(c *dewar.Context) error {
		user, fresh, ok := flask.User(c)
		if !ok {
			return c.Redirect(dewar.Path("/login")) // a page that is still Flask's
		}
		return c.Text(fmt.Sprint("Hello, ", user, fresh))
	})
	app.Fallback("http://127.0.0.1:5001")
}

func ExampleJSON() {
	b, err := flask.JSON{}.Marshal(map[string]any{"name": "Zoë", "price": 2.0, "tags": []string{"<new>"}})
	fmt.Println(string(b), err)
	// Output: {"name":"Zo\u00eb","price":2.0,"tags":["<new>"]}
	//  <nil>
}
