package db

import (
	"strings"
	"testing"
)

func TestWithoutLiterals(t *testing.T) {
	tests := []struct {
		name, query, want string
		backslash         bool
	}{
		{name: "select", query: `SELECT "u"."id" FROM "user" AS "u" WHERE (username = 'alice') LIMIT 1`, want: `SELECT "u"."id" FROM "user" AS "u" WHERE (username = ?) LIMIT ?`},
		{name: "doubled quote", query: `VALUES ('it''s', 'x')`, want: `VALUES (?, ?)`},
		{name: "numbers", query: `id=42 OR price<1.5e3 OR -7`, want: `id=? OR price<? OR -?`},
		{name: "number in a name", query: `SELECT t1.c2 FROM t1`, want: `SELECT t1.c2 FROM t1`},
		{name: "bytes", query: `VALUES (X'c0ffee', E'a\n')`, want: `VALUES (?, ?)`},
		{name: "mysql backslash", query: `VALUES ('it\'s secret', "quo\"ted") FROM ` + "`t`", want: "VALUES (?, ?) FROM `t`", backslash: true},
		{name: "backslash is plain elsewhere", query: `VALUES ('a\', 'b')`, want: `VALUES (?, ?)`},
		{name: "open quote", query: `VALUES ('secret`, want: `VALUES (?`},
		{name: "open identifier", query: `SELECT "secret`, want: `SELECT ?`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := withoutLiterals(tt.query, tt.backslash); got != tt.want {
				t.Errorf("got %s\nwant %s", got, tt.want)
			}
		})
	}
	if got := withoutLiterals(strings.Repeat("a ", maxLogged), false); len(got) > maxLogged+1 {
		t.Errorf("%d bytes logged", len(got))
	}
}

func FuzzWithoutLiterals(f *testing.F) {
	f.Add("it's", true)
	f.Add(`a\'b`, true)
	f.Add(`\`, false)
	f.Fuzz(func(t *testing.T, value string, backslash bool) {
		// The value is quoted as bun quotes it for this kind of database.
		quoted := strings.ReplaceAll(value, "'", "''")
		if backslash {
			quoted = strings.ReplaceAll(quoted, `\`, `\\`)
		}
		got := withoutLiterals("INSERT INTO t VALUES ('"+quoted+"', 'x') RETURNING id", backslash)
		if want := "INSERT INTO t VALUES (?, ?) RETURNING id"; got != want {
			t.Fatalf("%q: got %s", value, got)
		}
	})
}
