package forms_test

import (
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/forms"
)

type Login struct {
	Email    string `form:"email" label:"E-mail" check:"required, email" filter:"strip,lower"`
	Password string `form:"password" type:"password" check:"required"`
}

// send posts a body to an app and prints the answer.
func send(app *dewar.App, contentType, body string) {
	r := httptest.NewRequest("POST", "https://localhost/", strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.RemoteAddr = "127.0.0.1:50000"
	w := httptest.NewRecorder()
	app.ServeHTTP(w, r)
	fmt.Println(strings.TrimSpace(fmt.Sprint(w.Code, " ", w.Header().Get("Location"))))
	if w.Code >= 400 {
		fmt.Println(strings.TrimSpace(w.Body.String()))
	}
}

func quietApp(templates fstest.MapFS) *dewar.App {
	return dewar.New(dewar.Config{TrustedHosts: []string{"localhost"}, Logger: slog.New(slog.DiscardHandler), Templates: templates, SecretKey: dewar.NewSecret("q7Zt1mVx9Lr3Yw8KpD5nHs2JfB6cGa4EuR0iToXy")})
}

func ExampleNew() {
	app := quietApp(fstest.MapFS{"login.html": {Data: []byte(`{{ form.email.label }} {{ form.email }} {{ form.email.errors[0] }}`)}})
	app.Route("/", func(c *dewar.Context) error {
		form := forms.New[Login](c)
		if form.Valid() {
			return c.Redirect(dewar.Path("/welcome/" + form.Data.Email))
		}
		return form.Render("login.html", nil)
	}, "GET", "POST")
	forms.Declare[Login](app, "login.html")

	send(app, "application/x-www-form-urlencoded", "email=ada&password=secret")
	send(app, "application/x-www-form-urlencoded", "email=+Ada%40example.org&password=secret")
	// Output:
	// 422
	// <label for="email">E-mail</label> <input aria-describedby="email-error" aria-invalid="true" autocomplete="email" id="email" name="email" required type="email" value="ada"> Invalid email address.
	// 303 /welcome/ada@example.org
}

func ExampleBind() {
	app := quietApp(nil)
	type Order struct {
		Items []struct {
			Name  string        `form:"name" check:"required"`
			Price forms.Decimal `form:"price" check:"number_range(0)"`
		} `form:"items" entries:"1..100"`
	}
	app.Post("/", func(c *dewar.Context) error {
		var in Order
		if err := forms.Bind(c, &in); err != nil {
			return err
		}
		return c.NoContent()
	})
	send(app, "application/json", `{"items": [{"name": "Tea", "price": "2.50"}, {"name": "", "price": -1}]}`)
	// Output:
	// 422
	// {"type":"about:blank","title":"Unprocessable Entity","status":422,"detail":"items-1-name: This field is required. items-1-price: Number must be at least 0.","errors":[{"detail":"This field is required.","pointer":"#/items/1/name","code":"required"},{"detail":"Number must be at least 0.","pointer":"#/items/1/price","code":"number_range"}]}
}

func ExampleSchema_Read() {
	schema, err := forms.NewSchema(
		forms.Field{Name: "email", Type: "EmailField", Checks: []forms.Check{forms.Required{}, forms.Email{}}},
		forms.Field{Name: "age", Type: "IntegerField", Checks: []forms.Check{forms.NumberRange{Min: 18}}},
	)
	if err != nil {
		panic(err)
	}
	form := schema.Read(url.Values{"email": {"ada"}, "age": {"17"}})
	fmt.Println(form.Valid())
	for _, e := range form.Errors() {
		fmt.Println(e.Field, e.Code, e.Text)
	}
	fmt.Println(form.Field("age").HTML())
	// Output:
	// false
	// email email Invalid email address.
	// age number_range Number must be at least 18.
	// <input aria-describedby="age-error" aria-invalid="true" id="age" inputmode="numeric" min="18" name="age" type="number" value="17">
}

func ExampleForm_Populate() {
	type User struct {
		ID    int
		Name  string
		Admin bool
	}
	schema, err := forms.NewSchema(forms.Field{Name: "name"}, forms.Field{Name: "admin", Type: "BooleanField"})
	if err != nil {
		panic(err)
	}
	user := User{ID: 7, Name: "ada", Admin: true}
	form := schema.Read(url.Values{"name": {"Ada"}, "id": {"8"}}, forms.Options{From: &user})
	if form.Valid() && form.Changed() {
		form.Populate(&user) // the page had no box for admin, and the form has no field for the id
	}
	fmt.Printf("%+v\n", user)
	// Output: {ID:7 Name:Ada Admin:true}
}

func ExampleForm_AddError() {
	schema, err := forms.NewSchema(forms.Field{Name: "email"})
	if err != nil {
		panic(err)
	}
	form := schema.Read(url.Values{"email": {"ada@example.org"}})
	if form.Valid() {
		// The database says that there is a row with this address.
		form.AddError("email", "unique", "")
	}
	fmt.Println(form.Valid(), form.Errors()[0].Text)
	// Output: false This value is taken already.
}

func ExampleCheckFunc() {
	even := forms.CheckFunc(func(_ *forms.Form, field *forms.BoundField) error {
		if n, ok := field.Value().(int64); ok && n%2 != 0 {
			return forms.Fail("odd", "The number must be even.")
		}
		return nil
	})
	schema, err := forms.NewSchema(forms.Field{Name: "n", Type: "IntegerField", Checks: []forms.Check{even}})
	if err != nil {
		panic(err)
	}
	form := schema.Read(url.Values{"n": {"3"}})
	fmt.Println(form.Valid(), form.Err())
	// Output: false 422 Unprocessable Entity: n: The number must be even.
}
