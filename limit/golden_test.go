package limit_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/limit"
)

// Goldens come from testdata/make_golden.py, which asks the real limits and
// Flask-Limiter.

func golden(t *testing.T, name string, v any) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestParseAsLimits: a string means what it means in Python, or is an error. Only
// what Parse names is an error here alone, and nothing is taken that is not
// there.
func TestParseAsLimits(t *testing.T) {
	var rows [][2]*string
	golden(t, "parse.json", &rows)
	taken, stricter := 0, 0
	for _, row := range rows {
		text, there := *row[0], row[1]
		limits, err := limit.Parse(text)
		var parts []string
		for _, l := range limits {
			parts = append(parts, fmt.Sprintf("%s (%d s)", l, int(l.Window().Seconds())))
		}
		here := strings.Join(parts, "; ")
		switch {
		case there == nil && err == nil:
			t.Errorf("%q is taken as %s, and is an error in limits", text, here)
		case there != nil && err == nil && here != *there:
			t.Errorf("%q is %s, and %s in limits", text, here, *there)
		case there != nil && err != nil:
			if e := err.Error(); !strings.Contains(e, "for no time at all") && !strings.Contains(e, `goes on with ":"`) &&
				!strings.ContainsFunc(text, func(r rune) bool { return r > 127 }) {
				t.Errorf("%q is %s in limits, and here: %v", text, *there, err)
			}
			stricter++
		case err == nil:
			taken++
		}
	}
	if taken < 200 || stricter < 10 {
		t.Errorf("%d strings taken and %d refused here alone: the goldens try too little", taken, stricter)
	}
}

// answer is what Flask-Limiter answered to a step.
type answer struct {
	Step      string
	Status    int
	Limit     *int64 `json:"X-RateLimit-Limit"`
	Remaining *int64 `json:"X-RateLimit-Remaining"`
	Reset     *int64 `json:"X-RateLimit-Reset"`
	Retry     *int64 `json:"Retry-After"`
	Text      string
}

// goldenApps are the applications of make_golden.py.
var goldenApps = map[string]struct {
	options limit.Options
	add     func(*dewar.App, *limit.Limiter)
}{
	"two limits of a route": {limit.Options{}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/a", hello).Name("a").Guard(l.Guard("2/minute; 3/hour"))
		app.Get("/free", hello).Name("free")
	}},
	"default limits": {limit.Options{Default: "3/minute"}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/a", hello).Name("a")
		app.Get("/b", hello).Name("b")
		app.Get("/own", hello).Name("own").Guard(l.Guard("1/minute"))
		app.Get("/both", hello).Name("both").Guard(l.Guard("5/minute", limit.Rule{KeepDefaults: true}))
		app.Get("/exempt", hello).Name("exempt").Guard(l.Exempt())
	}},
	"application limits": {limit.Options{Application: "3/minute"}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/a", hello).Name("a")
		app.Get("/b", hello).Name("b").Guard(l.Guard("1/minute"))
		app.Get("/exempt", hello).Name("exempt").Guard(l.Exempt())
	}},
	"a shared scope": {limit.Options{}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/a", hello).Name("a").Guard(l.Shared("pair", "3/minute"))
		app.Get("/b", hello).Name("b").Guard(l.Shared("pair", "3/minute"))
	}},
	"methods": {limit.Options{}, func(app *dewar.App, l *limit.Limiter) {
		app.Route("/a", hello, "GET", "POST").Name("a").Guard(l.Guard("2/minute", limit.Rule{PerMethod: true})).InsecureNoCSRF()
		app.Route("/b", hello, "GET", "POST").Name("b").Guard(l.Guard("1/minute", limit.Rule{Methods: []string{"POST"}})).InsecureNoCSRF()
	}},
	"defaults of other methods": {limit.Options{Default: "2/minute"}, func(app *dewar.App, l *limit.Limiter) {
		app.Route("/a", hello, "GET", "POST").Name("a").Guard(l.Guard("1/minute", limit.Rule{Methods: []string{"POST"}})).InsecureNoCSRF()
	}},
	"cost": {limit.Options{}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/a", hello).Name("a").Guard(l.Guard("10/minute", limit.Rule{Cost: 4}))
		app.Get("/b", hello).Name("b").Guard(l.Guard("5/minute", limit.Rule{CostOf: func(c *dewar.Context) int64 {
			n, err := strconv.ParseInt(c.Request().URL.Query().Get("n"), 10, 64)
			if err != nil {
				return 1
			}
			return n
		}}))
	}},
	"exempt when": {limit.Options{}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/a", hello).Name("a").Guard(l.Guard("1/minute", limit.Rule{ExemptWhen: func(c *dewar.Context) bool {
			return c.Request().URL.Query().Get("staff") == "yes"
		}}))
	}},
	"deduct when": {limit.Options{}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/a", func(c *dewar.Context) error {
			if c.Request().URL.Query().Get("fail") != "" {
				return dewar.StatusError(401)
			}
			return c.Text("a")
		}).Name("a").Guard(l.Guard("2/minute", limit.Rule{DeductWhen: func(_ *dewar.Context, status int) bool { return status == 401 }}))
	}},
	"messages": {limit.Options{}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/a", hello).Name("a").Guard(l.Guard("1/minute", limit.Rule{Message: "slowly, please"}))
		app.Get("/zero", hello).Name("zero").Guard(l.Guard("0/minute"))
	}},
	"filter": {limit.Options{Default: "2/minute", Filter: func(c *dewar.Context) bool { return c.Request().Header.Get("X-Health") == "yes" }}, func(app *dewar.App, _ *limit.Limiter) {
		app.Get("/a", hello).Name("a")
	}},
	"a blueprint": {limit.Options{}, func(app *dewar.App, l *limit.Limiter) {
		bp := dewar.NewBlueprint("bp", dewar.BlueprintOptions{Prefix: "/bp"})
		bp.Guard(l.Guard("2/minute"))
		bp.Get("/a", hello).Name("a")
		bp.Get("/b", hello).Name("b").Guard(l.Guard("1/minute", limit.Rule{Replace: true}))
		app.Register(bp)
	}},
	"two decorators": {limit.Options{}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/a", hello).Name("a").Guard(l.Guard("1/second")).Guard(l.Guard("3/minute"))
	}},
	"no headers": {limit.Options{}, func(app *dewar.App, l *limit.Limiter) {
		app.Get("/a", hello).Name("a").Guard(l.Guard("1/minute"))
	}},
}

// differs are the answers that are not Flask-Limiter's, by decision.
var differs = map[string]string{
	// A cost that does not fit is not charged; there it fills the counter.
	"cost 3 remaining": "2",
	// The charge that is given back has begun the window.
	"deduct when 1 reset": "1800000060", "deduct when 2 reset": "1800000060", "deduct when 6 reset": "1800000121",
}

// TestAnswersAsFlaskLimiter: the same requests get the same answers. Two things
// are so everywhere: Flask-Limiter's X-RateLimit-Reset and Retry-After are one
// second late, which there rounds up, and its Retry-After is on every answer.
func TestAnswersAsFlaskLimiter(t *testing.T) {
	var scenarios []struct {
		Name    string
		Steps   []string
		Answers []answer
	}
	golden(t, "answers.json", &scenarios)
	if len(scenarios) != len(goldenApps) {
		t.Errorf("%d scenarios, and %d applications", len(scenarios), len(goldenApps))
	}
	for _, s := range scenarios {
		t.Run(s.Name, func(t *testing.T) {
			row, ok := goldenApps[s.Name]
			if !ok {
				t.Fatal("no application")
			}
			now := newClock()
			o := row.options
			o.Headers, o.Now = s.Name != "no headers", now.Now
			cl, _ := open(t, o, row.add)
			number := 0
			for _, step := range s.Steps {
				if rest, ok := strings.CutPrefix(step, "+"); ok {
					n, err := strconv.Atoi(rest)
					if err != nil {
						t.Fatal(err)
					}
					now.add(time.Duration(n) * time.Second)
					continue
				}
				there := s.Answers[number]
				number++
				words := strings.Fields(step)
				method := "GET"
				if words[0] == "POST" {
					method = "POST"
				}
				r := cl.NewRequest(method, words[len(words)-1], nil)
				if words[0] == "health" {
					r.Header.Set("X-Health", "yes")
				}
				got := cl.Do(r)
				compare := func(what, got, there string) {
					t.Helper()
					key := fmt.Sprintf("%s %d %s", s.Name, number, what)
					if other, ok := differs[key]; ok {
						if got == there {
							t.Errorf("%s is no difference", key)
						}
						there = other
					}
					if got != there {
						t.Errorf("%d. %s: %s is %q, want %q", number, step, what, got, there)
					}
				}
				compare("status", strconv.Itoa(got.Status), strconv.Itoa(there.Status))
				compare("limit", got.Header.Get("X-RateLimit-Limit"), decimal(there.Limit, 0))
				compare("remaining", got.Header.Get("X-RateLimit-Remaining"), decimal(there.Remaining, 0))
				compare("reset", got.Header.Get("X-RateLimit-Reset"), decimal(there.Reset, -1))
				if there.Status == 429 && there.Retry != nil {
					compare("retry", got.Header.Get("Retry-After"), decimal(there.Retry, -1))
				} else if there.Status != 429 {
					compare("retry", got.Header.Get("Retry-After"), "")
				}
				if !strings.Contains(got.Text, there.Text) {
					t.Errorf("%d. %s: the text %q is not in %s", number, step, there.Text, got.Text)
				}
			}
		})
	}
}

// decimal writes a number moved by some; nothing for none.
func decimal(n *int64, by int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n+by, 10)
}
