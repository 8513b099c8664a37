package value

import (
	"testing"
	"time"
)

type qrow struct {
	ID        int
	Title     string `json:"t"`
	CreatedAt time.Time
	Next      *qrow
	Any       any
	Tags      []string
	M         map[string]int
}

func (r qrow) Hello(n string) string { return "hello " + n + r.Title }
func (r *qrow) SetX()                {}

func TestQuick(t *testing.T) {
	rows := []qrow{{ID: 1, Title: "<a>", Tags: []string{"x"}, M: map[string]int{"k": 3}}, {ID: 2}}
	v := Of(rows)
	s, _ := Seq(v)
	for i := range s.Len() {
		r := s.At(i)
		for _, n := range []string{"ID", "id", "title", "t", "next", "any", "tags", "m", "hello", "created_at"} {
			x, ok := GetAttr(r, n)
			str, err := StrOf(x)
			t.Log(n, ok, str, err)
		}
	}
	m, _ := GetAttr(s.At(0), "hello")
	t.Log(Call(nil, m, Positional(String("z"))))
	p := Of(&rows[0])
	var st Site
	x, _ := st.Attr(p, "title")
	b, _ := AppendEscaped(nil, x)
	t.Log(string(b))
	t.Log(Of(map[string]any{"a": 1, "b": []int{1, 2}}).t.name)
	str, err := ReprOf(Of(map[string]any{"a": 1, "b": []int{1, 2}, "c": map[int]string{1: "x"}, "n": nil, "f": 1e16}))
	t.Log(str, err)
	t.Log(p.Any().(*qrow) == &rows[0])
	t.Log(v.Any().([]qrow)[0].ID)
}
