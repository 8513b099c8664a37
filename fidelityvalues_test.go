package dewar_test

import (
	"database/sql"
	"errors"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
)

// fidelityRow is a row of a table by its tags.
type fidelityRow struct {
	ID   int64 `bun:"id,pk,autoincrement"`
	Name string
}

// fidelityMoney compares by a method.
type fidelityMoney struct{ cents, scale int }

func (m fidelityMoney) Equal(o fidelityMoney) bool { return m.cents*o.scale == o.cents*m.scale }

type fidelityAdmin struct {
	*fidelityUser
	Level int
}

type fidelityTags []string

func (t fidelityTags) First() string { return t[0] }
func (t fidelityTags) IsEmpty() bool { return len(t) == 0 }

type fidelityRights map[string]bool

func (r fidelityRights) IsAdmin() bool { return r["admin"] }

type fidelityRole int

func (r fidelityRole) IsAdmin() bool  { return r > 1 }
func (r fidelityRole) String() string { return [...]string{"guest", "user", "admin"}[r] }

type fidelityNamed interface{ IsAdmin() bool }

type fidelityPair struct{ lookups int }

func (p *fidelityPair) Count() int            { p.lookups++; return p.lookups }
func (fidelityPair) Find() (string, bool)     { return "x", true }
func (fidelityPair) Failing() (string, error) { return "", errors.New("broken") }

// TestFidelityValues: Go's values read as Python's where they stand in for a property,
// and are equal when their rows are.
func TestFidelityValues(t *testing.T) {
	row, same, other := &fidelityRow{1, "a"}, &fidelityRow{1, "b"}, &fidelityRow{2, "a"}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	vars := dewar.Vars{
		"u": &fidelityUser{"N"}, "v": fidelityUser{"V"}, "any": []any{&fidelityUser{"I"}, fidelityUser{"J"}},
		"boxed": struct {
			U any
			I fidelityNamed
			N fidelityNamed
			P **fidelityUser
		}{&fidelityUser{"B"}, fidelityUser{"C"}, nil, ptr(&fidelityUser{"D"})},
		"m": map[string]any{"u": &fidelityUser{"M"}}, "admin": fidelityAdmin{&fidelityUser{"E"}, 2}, "padmin": &fidelityAdmin{&fidelityUser{"F"}, 2},
		"tags": fidelityTags{"x"}, "rights": fidelityRights{"admin": true, "x": false}, "role": fidelityRole(1), "boss": fidelityRole(2), "nobody": (*fidelityUser)(nil),
		"pair": &fidelityPair{}, "row": row, "same": same, "other": other, "rows": []*fidelityRow{row, other}, "values": []fidelityRow{*row, *other}, "new1": &fidelityRow{}, "new2": &fidelityRow{},
		"half": fidelityMoney{1, 2}, "half2": fidelityMoney{2, 4}, "now": now, "later": now.Add(time.Hour), "now2": now.In(time.FixedZone("x", 3600)),
		"held": map[string]any{"v": fidelityUser{"H"}},
		"null": struct {
			S    sql.NullString
			N    sql.NullInt64
			T    sql.NullTime
			Off  sql.Null[bool]
			P    *sql.NullString
			Name sql.Null[string]
		}{N: sql.NullInt64{Int64: 3, Valid: true}, P: &sql.NullString{}, Off: sql.Null[bool]{Valid: true}, Name: sql.Null[string]{V: "q", Valid: true}},
		"f": func() bool { return false },
	}
	for name, row := range map[string]struct{ template, want string }{
		"in an interface":         {"{% if boxed.u.is_admin %}x{% endif %}{{ boxed.u.pages }}{% if boxed.i.is_admin %}x{% endif %}{{ boxed.n is none }}{{ boxed.u.is_active }}", "3TrueTrue"},
		"behind two pointers":     {"{% if boxed.p.is_admin %}x{% endif %}{{ boxed.p.pages }}", "3"},
		"in a list of any":        {"{% for x in any %}{{ x.name }}{{ x.is_admin }}{{ x.pages }}{% endfor %}{{ any|selectattr('is_admin')|list|length }}{{ any[0].is_active }}", "IFalse3JFalse30True"},
		"in a map":                {"{% if m.u.is_admin %}x{% endif %}{{ m['u'].pages }}", "3"},
		"of an embedded pointer":  {"{% if admin.is_admin %}x{% endif %}{{ admin.pages }}{{ admin.is_active }}{{ padmin.is_active }}{{ padmin.level }}", "3TrueTrue2"},
		"of a slice type":         {"{{ tags.first }}{% if tags.is_empty %}x{% endif %}{{ tags|length }}{{ tags[0] }}", "x1x"},
		"of a map type":           {"{% if rights.is_admin %}y{% endif %}{% if rights.x %}x{% endif %}{{ rights|length }}", "y2"},
		"of a number type":        {"{% if role.is_admin %}x{% endif %}{% if boss.is_admin %}y{% endif %}{{ role }}", "yuser"},
		"of nil":                  {"{{ nobody is none }}{% if nobody %}x{% endif %}{% if nobody and nobody.is_admin %}x{% endif %}{{ nobody.name is defined }}", "TrueFalse"},
		"elif and else":           {"{% if u.is_admin %}1{% elif u.is_active %}2{% else %}3{% endif %}{% if u and not u.is_admin %}4{% endif %}{{ 'a' if u.is_admin else 'b' }}", "24b"},
		"kept in a name":          {"{% set a = u.is_admin %}{% if a %}x{% endif %}{% set b = u.pages %}{{ b * 2 }}", "6"},
		"in a namespace":          {"{% set n = namespace(a=u.is_admin) %}{% if n.a %}x{% endif %}{% set n.p = u.pages %}{{ n.p + 1 }}", "4"},
		"compared":                {"{{ u.is_admin == false }}{{ u.is_admin is sameas false }}{{ u.pages >= 3 }}{{ 2 < u.pages < 4 }}{{ u.pages in [1, 3] }}", "TrueTrueTrueTrueTrue"},
		"not callable":            {"{{ u.is_admin is callable }} {{ u.can is callable }} {{ u.pages is callable }}", "False True False"},
		"in filters":              {"{{ u.pages|string }}{{ u.tags|join }}{{ u.pages|float }}{{ u.is_admin|int }}{{ u.tags|map('upper')|join }}{{ [u.pages, 5]|max }}", "3ab3.00AB5"},
		"in a filter's argument":  {"{{ 'abc'|truncate(u.pages) }}{{ [1, 2, 3, 4]|batch(u.pages)|list|length }}{{ 'x'|default(u.pages) }}", "abc2x"},
		"in slices and keys":      {"{{ 'abcdef'[:u.pages] }}{{ {3: 'three'}[u.pages] }}{{ [0, 1, 2, 3][u.pages] }}", "abcthree3"},
		"in a loop's condition":   {"{% for x in any if not x.is_admin %}{{ loop.index }}{% endfor %}{% for x in any if x.is_admin %}no{% else %}none{% endfor %}", "12none"},
		"in include and call":     {"{% macro m(a) %}{% if a %}x{% else %}{{ a }}{% endif %}{{ caller() }}{% endmacro %}{% call m(u.is_admin) %}{{ u.pages }}{% endcall %}", "False3"},
		"by pointer of a value":   {"{% if v.is_active %}x{% endif %}{{ values[0].name }}{% if held.v.is_active %}y{% endif %}{{ [v]|map(attribute='is_active')|list }}{{ v.is_active() }}", "xay[True]True"},
		"nullable columns":        {"{{ null.s is none }}{{ null.n == 3 }}{{ null.n + 1 }}{% if null.s or null.t or null.off %}x{% endif %}{{ null.s|default('d', true) }}{{ null.t is none }}{{ null.p }}{{ null.name|upper }}", "TrueTrue4dTrueNoneQ"},
		"once for each reading":   {"{{ pair.count }}{{ pair.count }}{% set c = pair.count %}{{ c }}{{ c }}{% if pair.count == 4 %}y{% endif %}", "1233y"},
		"an error is none":        {"{{ pair.failing is defined }}", ""},
		"a function stays one":    {"{% if f %}y{% endif %}{{ f() }}", "yFalse"},
		"rows are equal":          {"{{ row == same }} {{ row != same }} {{ row == other }} {{ row in rows }} {{ same in rows }} {{ same in values }} {{ row == values[0] }} {{ new1 == new2 }} {{ new1 == new1 }}", "True False False True True True True False True"},
		"rows as keys":            {"{{ {row: 1}[same] }} {{ [row, same, other]|unique|list|length }} {{ [row, other].index(same) }} {{ [row, same].count(row) }}", "1 2 0 2"},
		"rows in conditions":      {"{% if row == same %}y{% endif %}{% for r in rows if r == same %}{{ r.name }}{% endfor %}{{ rows|rejectattr('id', 'eq', same.id)|list|length }}{{ rows|selectattr('name', 'equalto', 'a')|list|length }}", "ya12"},
		"equal by a method":       {"{{ half == half2 }} {{ half != half2 }} {{ half in [half2] }}", "True False True"},
		"times":                   {"{{ now == now2 }} {{ now < later }} {{ (later - now).total_seconds() }} {{ later > now2 }}", "True True 3600.0 True"},
		"properties of the types": {"{{ now.year }} {{ now.date() }} {{ now.strftime('%Y') }} {{ now.isoformat() }} {{ (later - now).seconds }}", "2026 2026-01-02 2026 2026-01-02T03:04:05+00:00 3600"},
	} {
		t.Run(name, func(t *testing.T) {
			app, _ := newApp(t, func(c *dewar.Config) { c.Templates = fstest.MapFS{"t.txt": {Data: []byte(row.template)}} })
			app.Get("/", func(c *dewar.Context) error { vars["pair"] = &fidelityPair{}; return c.Render("t.txt", vars) })
			resp := dewartest.New(t, app).Get("/")
			if status := map[bool]int{true: 500, false: 200}[row.want == ""]; resp.Status != status || row.want != "" && resp.Text != row.want {
				t.Errorf("got %d %q, want %q", resp.Status, resp.Text, row.want)
			}
		})
	}
}

func ptr[T any](v T) *T { return &v }
