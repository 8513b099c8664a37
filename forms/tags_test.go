package forms_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/forms"
)

type misspelt struct {
	A string        `form:"a" lable:"A"`
	B string        `form:"b" check:"requierd"`
	C string        `form:"c" check:"length(a)"`
	D string        `form:"d" check:"regexp('(')"`
	E int           `form:"e" type:"EmialField"`
	F string        `form:"f-g"`
	G string        `form:"a"`
	H chan int      `form:"h"`
	I string        `form:"i" filter:"stripp"`
	J []string      `form:"j" entries:"3"`
	K string        `form:"k" check:"length(3"`
	L string        `form:"l" check:"email(foo=1)"`
	M string        `form:"m" check:"length(9, 3)"`
	N misspeltInner `form:"n"`
	O bool          `form:"o" type:"date"`
	p string        `form:"p"`
	Q string        `form:"errors"`
	R string        `form:"r" check:"email(granular_message=false, check_deliverability=true)"`
}

type misspeltInner struct {
	X string `form:"x" check:"nope"`
}

func (*misspelt) ValidateZ() error         { return nil }
func (*misspelt) ValidateB(int) error      { return nil }
func (m *misspelt) Validate() (int, error) { return len(m.p), nil }

// TestTagMistakesAreAllFoundAtStart: each has its field's place.
func TestTagMistakesAreAllFoundAtStart(t *testing.T) {
	app := dewar.New(dewar.Config{})
	forms.Declare[misspelt](app)
	_, err := app.Handler()
	if err == nil {
		t.Fatal("the app starts")
	}
	for _, want := range []string{
		`misspelt.A: there is no tag "lable"; did you mean label?`,
		`misspelt.B: there is no check "requierd"; did you mean required?`,
		`misspelt.C: check length: min must be a whole number, not "a"`,
		`misspelt.D: check regexp: error parsing regexp: missing closing ): `,
		`misspelt.E: field "e": there is no type "EmialField"; did you mean EmailField?`,
		`misspelt.F: field "f-g": a name is letters, digits and underscores`,
		`misspelt.G: another field is called "a"`,
		`misspelt.H: field "h": a field of type chan int cannot be read from text`,
		`misspelt.I: there is no filter "stripp"; did you mean strip?`,
		`misspelt.J: entries:"3" is no range, such as entries:"1..10"`,
		`misspelt.K: check length: a parenthesis is not closed`,
		`misspelt.L: check email has no argument "foo"`,
		`misspelt.R: check email: check_deliverability is not to be had`,
		`misspelt.M: check length: Length{Min: 9, Max: 3}: `,
		`forms: forms_test.misspeltInner.X: there is no check "nope"`,
		`misspelt.O: field "o": the value of a DateField is a time.Time, not bool`,
		`misspelt.p: the field must be exported`,
		`misspelt.Q: field "errors": the name is taken: `,
		`misspelt.ValidateZ: there is no field Z of the form`,
		`misspelt.ValidateB: the method must be func() error`,
		`misspelt.Validate: the method must be func() error`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not reported", want)
		}
	}
	if t.Failed() {
		t.Log(err)
	}
	defer func() {
		if p, _ := recover().(string); !strings.Contains(p, `did you mean label?`) {
			t.Errorf("New panics with %q", p)
		}
	}()
	forms.New[misspelt](nil)
}

type pair struct {
	A string `form:"a" check:"required, any_of(x, y, 'a, b')"`
	B string `form:"b" check:"equal_to(a, message='Not the same as %(other_label)s.')" label:"Second"`
}

func (p *pair) ValidateB(f *forms.Form) error {
	if p.B == "y" && f.Field("a") != nil {
		return forms.Fail("no_y", "Not y.")
	}
	return nil
}

func (p *pair) Validate(*dewar.Context) error {
	if p.A == "x" {
		return errors.New("The form does not like x.")
	}
	return nil
}

// TestMethods: Validate<Field> runs behind the field's checks, Validate behind those of all fields.
func TestMethods(t *testing.T) {
	var form *forms.FormOf[pair]
	client := app(t, "{{ form.form_errors }}", func(c *dewar.Context, f *forms.FormOf[pair]) error {
		form = f
		f.Valid()
		return f.Render("page.html", nil)
	})
	for _, row := range []struct{ body, want string }{
		{"a=a,+b&b=a,+b", ""},
		{"a=x&b=y", "forms: The form does not like x.; forms: b: Not the same as A.; forms: b: Not y."},
		{"a=z&b=z", "forms: a: Invalid value, must be one of: x, y, a, b."},
	} {
		client.Do(formRequest(client, row.body))
		var list []string
		for _, e := range form.Errors() {
			list = append(list, e.Error())
		}
		if got := strings.Join(list, "; "); got != row.want {
			t.Errorf("%s: %s, want %s", row.body, got, row.want)
		}
	}
}
