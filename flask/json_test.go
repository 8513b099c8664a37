package flask_test

import (
	"encoding/json"
	"math"
	"math/big"
	"os"
	"testing"
	"time"

	"github.com/dewar-go/dewar/flask"
	"github.com/dewar-go/dewar/routing"
)

func TestJSON(t *testing.T) {
	type point struct {
		Y       int `json:"y"`
		X       int `json:"x,omitempty"`
		Hidden  int `json:"-"`
		private int
	}
	decimal, _, _ := big.ParseFloat("1.10", 10, 200, big.ToNearestEven)
	values := []any{
		map[string]any{"b": 1, "a": []any{true, nil, 1.5, 1e16, 1e-7, 100.0, math.Copysign(0, -1)}},
		map[string]any{"é": "ü<b>&'\"\\\n\t\x07\x7f😀"},
		nil, // decimals keep no trailing zero in Go; below
		[]int{}, map[string]int{}, []any{[]int{}, map[string]int{}},
		map[string]any{"x": map[string]any{"y": []any{1, map[string]any{"z": "}],:"}}}},
		"text", json.Number("12345678901234567890"), 0.1,
	}
	text, err := os.ReadFile("testdata/jsonify.json")
	if err != nil {
		t.Fatal(err)
	}
	var goldens struct{ Plain, Debug []string }
	if err := json.Unmarshal(text, &goldens); err != nil || len(goldens.Plain) != len(values) {
		t.Fatal(len(goldens.Plain), err)
	}
	for i, v := range values {
		if v == nil {
			continue
		}
		for _, row := range []struct {
			provider flask.JSON
			want     string
		}{{flask.JSON{}, goldens.Plain[i]}, {flask.JSON{Indent: true}, goldens.Debug[i]}} {
			got, err := row.provider.Marshal(v)
			if err != nil || string(got) != row.want {
				t.Errorf("%v: got %q, %v; want %q", v, got, err, row.want)
			}
		}
	}
	got, err := flask.JSON{}.Marshal(map[string]any{
		"d": decimal, "u": routing.UUID{15: 5}, "t": time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC), "p": point{Y: 1, Hidden: 2, private: 3}, "i": big.NewInt(7),
	})
	want := `{"d":"1.1","i":7,"p":{"y":1},"t":"Thu, 02 Jan 2020 00:00:00 GMT","u":"00000000-0000-0000-0000-000000000005"}` + "\n"
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
	letters := map[string]any{"é": "ü<b>&'\"\\\n\t\x07\x7f😀\u2028", "a": []any{`\u00e9`, "日本", "\u0080"}}
	got, err = flask.JSON{UTF8: true}.Marshal(letters)
	// jsonify of this with app.json.ensure_ascii = False
	want = `{"a":["\\u00e9","日本",` + "\"\u0080\"" + `],"é":"ü<b>&'\"\\\n\t\u0007` + "\x7f😀\u2028" + `"}` + "\n"
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
	type inner struct {
		Z int `json:"z"`
	}
	got, err = flask.JSON{Unsorted: true}.Marshal(struct {
		B    int `json:"b"`
		A    int `json:"a"`
		None int `json:"none,omitempty"`
		inner
		M map[string]int `json:"m"`
		L []inner        `json:"l"`
	}{B: 1, M: map[string]int{"y": 1, "x": 2}, L: []inner{{1}}})
	if want := `{"b":1,"a":0,"z":0,"m":{"x":2,"y":1},"l":[{"z":1}]}` + "\n"; err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
	loop := map[string]any{}
	loop["self"] = loop
	if _, err := (flask.JSON{}).Marshal(loop); err == nil {
		t.Error("a value that contains itself was encoded")
	}
}
