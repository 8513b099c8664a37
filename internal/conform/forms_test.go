package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// formDifferences are the answers that differ from WTForms' on purpose: the package comment of forms says why. The
// patterns are matched with the names of the cases.
var formDifferences = map[string]*regexp.Regexp{
	"the words false, off, no and 0 are false":                            regexp.MustCompile(`^bool/(Boolean|Submit)Field/(5|6|8|10)$`),
	"an integer has 64 bits":                                              regexp.MustCompile(`^number/(IntegerField/3[57]|default/3)$`),
	"NaN and the infinities are no numbers":                               regexp.MustCompile(`^number/(Decimal|Float)Field/(29|30|31|32|33)$|^number/FloatField/34$`),
	"underscores stand between digits":                                    regexp.MustCompile(`^number/DecimalField/(19|20)$`),
	"entries of a list are numbered anew, so that gaps close":             regexp.MustCompile(`^nested/list/[a-z]+/(4|11|13)$|^nested/list/entry$|^nested/deep/0$|^obj/posted/2$`),
	"the number of an entry is in ASCII digits, and read as it was sent":  regexp.MustCompile(`^nested/list/[a-z]+/(6|14)$`),
	"$ in a pattern is the end of the text, not of its last line as well": regexp.MustCompile(`^check/(Regexp/0/7|URL/34)$`),
	"\\d in a pattern is an ASCII digit":                                  regexp.MustCompile(`^check/Regexp/2/8$`),
	"in a form with errors they have the focus, not a field":              regexp.MustCompile(`^unsent/(Select|Radio)Field/kw$`),
	"the time of a DateTimeLocalField may lack seconds (WTForms 3.1)":     regexp.MustCompile(`^date/DateTimeLocalField/[34]$`),
	"letters change their case one by one":                                regexp.MustCompile(`^filter/[26]/`),
}

// TestForms replays forms that the real WTForms has answered. They are made by forms/testdata/wtforms/reference.py.
func TestForms(t *testing.T) {
	file, err := os.Open("../../forms/testdata/wtforms/goldens.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	total, used := 0, map[string]bool{}
	for lines.Scan() {
		var c struct {
			ID      string
			Request json.RawMessage
			Answer  json.RawMessage
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		total++
		answered, err := json.Marshal(serve(c.Request))
		if err != nil {
			t.Errorf("%s: %v", c.ID, err)
			continue
		}
		diff := formDiff(t, answered, c.Answer)
		differs := ""
		for what, pattern := range formDifferences {
			if pattern.MatchString(c.ID) {
				differs = what
			}
		}
		switch {
		case differs != "":
			used[differs] = used[differs] || diff != ""
		case diff != "":
			t.Errorf("%s: %s\n  request %s\n  got  %s\n  want %s", c.ID, diff, c.Request, answered, c.Answer)
		}
	}
	if err := lines.Err(); err != nil || total < 2200 {
		t.Errorf("%d cases, %v", total, err)
	}
	for what := range formDifferences {
		if !used[what] {
			t.Errorf("%s: no case differs any more", what)
		}
	}
}

// formAdditions are the attributes that forms adds to what WTForms shows.
var formAdditions = []string{"autocomplete", "inputmode", "min", "max", "minlength", "maxlength", "step", "pattern", "accept"}

func addedToForms(_ node, attr string) bool {
	return strings.HasPrefix(attr, "aria-") || slices.Contains(formAdditions, attr)
}

// formDiff says how an answer differs from WTForms'.
func formDiff(t *testing.T, answered, wanted []byte) string {
	t.Helper()
	got, want := readAnswer(t, answered), readAnswer(t, wanted)
	for _, part := range []string{"exception", "message", "valid", "data", "errors"} {
		if !reflect.DeepEqual(got[part], want[part]) {
			return part + " differs"
		}
	}
	a, _ := got["html"].([]any)
	b, _ := want["html"].([]any)
	if len(a) != len(b) {
		return "html differs"
	}
	for i := range a {
		if diff := sameHTML(t, a[i].(string), b[i].(string), addedToForms); diff != "" {
			return "html " + diff
		}
	}
	return ""
}

// readAnswer reads JSON so that integers of any size and floats stay what they are, and sorts the wrong choices that a
// message lists: WTForms has them in no order.
func readAnswer(t *testing.T, raw []byte) map[string]any {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var m map[string]any
	if err := dec.Decode(&m); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	return plainAnswer(m).(map[string]any)
}

func plainAnswer(v any) any {
	switch v := v.(type) {
	case json.Number:
		if f, err := v.Float64(); err == nil && strings.ContainsAny(v.String(), ".eE") {
			return f
		}
		return "the integer " + v.String()
	case string:
		if words, rest, ok := strings.Cut(v, " are not valid choices"); ok {
			list := strings.Split(words, ", ")
			slices.Sort(list)
			return strings.Join(list, ", ") + " are not valid choices" + rest
		}
	case []any:
		for i := range v {
			v[i] = plainAnswer(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = plainAnswer(v[name])
		}
	}
	return v
}
