package forms_test

import (
	"fmt"
	"net/url"

	"github.com/dewar-go/dewar/forms"
)

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
