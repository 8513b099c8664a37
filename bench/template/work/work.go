// Package work is what the template engines are given to do: seven pages, their
// data as structs and as maps, and what they must print.
package work

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// A Fortune is a row of the page of fortunes.
type Fortune struct {
	ID      int    `json:"id"`
	Message string `json:"message"`
}

// An Item is an article of the page that has everything.
type Item struct {
	Name     string   `json:"name"`
	Category string   `json:"category"`
	Price    float64  `json:"price"`
	InStock  bool     `json:"in_stock"`
	Tags     []string `json:"tags"`
}

// A User is who reads that page.
type User struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// A Score is a line of the page that decides a lot.
type Score struct {
	Name   string `json:"name"`
	Points int    `json:"points"`
	Level  int    `json:"level"`
	Active bool   `json:"active"`
}

// Page is the data of the page that has everything.
type Page struct {
	Items   []Item `json:"items"`
	User    *User  `json:"user"`
	Heading string `json:"heading"`
	Site    string `json:"site"`
}

// Fortunes are the thirteen rows.
func Fortunes() []Fortune {
	rows := []Fortune{{0, "Additional fortune added at request time."}}
	for i, m := range []string{
		"fortune: No such file or directory", "A computer scientist is someone who fixes things that aren't broken.",
		"After enough decimal places, nobody gives a damn.", "A bad random number generator: 1, 1, 1, 1, 1, 4.33e+67, 1, 1, 1",
		"A computer program does what you tell it to do, not what you want it to do.", "Emacs is a nice operating system, but I prefer UNIX. — Tom Christaensen",
		"Any program that runs right is obsolete.", "A list is only as strong as its weakest link. — Donald Knuth", "Feature: A bug with seniority.",
		"Computers make very fast, very accurate mistakes.", `<script>alert("This should not be displayed in a browser alert box.");</script>`, "フレームワークのベンチマーク",
	} {
		rows = append(rows, Fortune{i + 1, m})
	}
	return rows
}

// Table is 1,000 rows of ten numbers.
func Table() [][]int {
	t := make([][]int, 1000)
	for i := range t {
		t[i] = make([]int, 10)
		for j := range t[i] {
			t[i][j] = i*10 + j
		}
	}
	return t
}

// ThePage has 100 items.
func ThePage() *Page {
	items := make([]Item, 100)
	for i := range items {
		items[i] = Item{
			fmt.Sprintf("Item <%d>", i), []string{"books", "tools", "food"}[i%3], float64(i) + 0.5, i%4 != 0, []string{"new", "sale & more"}[:1+i%2],
		}
	}
	return &Page{items, &User{"Ann & Co", "Ann@Example.COM"}, "All & everything", "example.org"}
}

// Chunk stands nine times in the static page.
var Chunk = strings.Repeat("<p>Lorem ipsum dolor sit amet, consectetur adipiscing elit.</p>\n", 122)

// Values are the nine values of the static page.
func Values() (vs [9]string) {
	for i := range vs {
		vs[i] = fmt.Sprintf("value <%d>", i)
	}
	return vs
}

// Scores are 500 lines without a pattern that a processor learns.
func Scores() []Score {
	out := make([]Score, 500)
	x := uint32(1)
	next := func(n uint32) int {
		x = x*1664525 + 1013904223
		return int((x >> 16) % n)
	}
	for i := range out {
		out[i] = Score{strconv.Itoa(i), next(101), next(5), next(3) != 0}
	}
	return out
}

// Maps returns v with maps in the place of structs. Whole numbers stay ints.
func Maps(v any) any {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.UseNumber()
	var out any
	if err := dec.Decode(&out); err != nil {
		panic(err)
	}
	return numbers(out)
}

func numbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			v[k] = numbers(x)
		}
	case []any:
		for i, x := range v {
			v[i] = numbers(x)
		}
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return int(n)
		}
		f, _ := v.Float64()
		return f
	}
	return v
}

// Title is s with a capital first letter.
func Title(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
