package main

import "testing"

// What travels in comes out as it was.
func TestValuesRoundTrip(t *testing.T) {
	for _, text := range []string{
		`null`, `true`, `-7`, `2.5`, `2.0`, `1e+30`, `123456789012345678901234567890`, `"é<&>"`, `[]`, `[1,[2]]`, `{}`, `{"b":1,"a":{"c":[]}}`,
		`{"$tuple":[1,"a"]}`, `{"$tuple":[]}`, `{"$markup":"<i>"}`, `{"$bytes":"aÿ"}`, `{"$set":[1,2]}`, `{"$range":[0,5,2]}`,
		`{"$uuid":"12345678-1234-5678-1234-567812345678"}`, `{"$datetime":"2024-02-03T04:05:06"}`, `{"$datetime":"2024-02-03T04:05:06+02:00"}`,
		`{"$dict":[[1,"a"],[{"$tuple":[1]},null]]}`, `{"$complex":"1j"}`, `{"$undefined":"StrictUndefined"}`, `{"$mock":"user.name"}`, `{"$other":1}`,
	} {
		v, err := readValue([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got, err := writeValue(v)
		if err != nil || string(got) != text {
			t.Errorf("%s came out as %s, %v", text, got, err)
		}
	}
}

func TestMock(t *testing.T) {
	for source, want := range map[string]string{
		"{{ m.name }}{{ m['name'] }}{{ m[0] }}":                      "m.namem.namem[0]",
		"{{ m[1:2] }}{{ m[:10] }}{{ m[::2] }}":                       "m[1:2]m[:10]m[::2]",
		"{{ m.f(1, 'a', m.x, k=2) }}":                                "m.f(1, 'a', m.x, k=2)",
		"{% for x in m %}{{ x }},{% endfor %}{{ m|length }}":         "m[0],m[1],2",
		"{{ m[0] in m }}{{ 'm[1]' in m }}{{ m in m }}":               "TrueTrueFalse",
		"{{ m == 'm' }}{{ m == m }}{{ m == 1 }}{{ m < 'n' }}":        "TrueTrueFalseTrue",
		"{{ m|tojson }}{{ m|int }}{{ m|float(1.5) }}":                `"m"01.5`,
		"{{ m is callable }}{{ m is sequence }}{{ m is string }}":    "TrueTrueFalse",
		"{{ {m: 1}['m'] }}{{ 'yes' if m }}{{ m.__class__ is none }}": "1yesFalse",
	} {
		got := serve([]byte(`{"kind":"render","source":` + plainJSON(source) + `,"context":{"m":{"$mock":"m"}}}`))
		if got["output"] != want {
			t.Errorf("%s: %v, want %s", source, got, want)
		}
	}
	// A long name ends what recurses.
	long := mock(string(make([]byte, maxMock+1)))
	if long.Truth() || long.Len() != 0 || len(long.items()) != 0 {
		t.Error("a mock with a long name is not empty")
	}
}
