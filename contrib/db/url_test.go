package db

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseURL(t *testing.T) {
	dir := t.TempDir()
	folders := socketFolders
	socketFolders = nil
	t.Cleanup(func() { socketFolders = folders })
	tests := []struct {
		name, raw        string
		dialect          Dialect
		shown, path      string
		user, host, data string
	}{
		{name: "sqlite relative", raw: "sqlite:app.sqlite", dialect: SQLite, shown: "sqlite:" + dir + "/app.sqlite", path: dir + "/app.sqlite"},
		{name: "sqlite in a folder", raw: "sqlite:data/app.sqlite", dialect: SQLite, shown: "sqlite:" + dir + "/data/app.sqlite", path: dir + "/data/app.sqlite"},
		{name: "sqlite absolute", raw: "sqlite:///srv/app.sqlite", dialect: SQLite, shown: "sqlite:/srv/app.sqlite", path: "/srv/app.sqlite"},
		{name: "sqlite absolute, short", raw: "sqlite:/srv/a b%20.sqlite", dialect: SQLite, shown: "sqlite:/srv/a b%20.sqlite", path: "/srv/a b%20.sqlite"},
		{name: "postgres", raw: "postgres://u:secret@db.example:5433/shop?sslmode=require", dialect: Postgres, shown: "postgres://u@db.example:5433/shop", user: "u", host: "db.example:5433", data: "shop"},
		{name: "postgres without a port", raw: "postgresql://u@db.example/shop", dialect: Postgres, shown: "postgres://u@db.example/shop", user: "u", host: "db.example:5432", data: "shop"},
		{name: "postgres without a host", raw: "postgres:///shop", dialect: Postgres, shown: "postgres://127.0.0.1/shop", host: "127.0.0.1:5432", data: "shop"},
		{name: "postgres by a socket", raw: "postgres://u:secret@/shop?host=/run/pg", dialect: Postgres, shown: "postgres://u@/shop?host=%2Frun%2Fpg", user: "u", data: "shop"},
		{name: "postgres by a socket, as libpq has it", raw: "postgres://u:secret@%2Frun%2Fpg:5433/shop?sslmode=disable", dialect: Postgres, shown: "postgres://u@/shop?host=%2Frun%2Fpg", user: "u", data: "shop"},
		{name: "postgres, the host as an option", raw: "postgres://u@/shop?host=db.example&port=5433", dialect: Postgres, shown: "postgres://u@db.example/shop", user: "u", host: "db.example:5433", data: "shop"},
		{name: "the driver of SQLAlchemy", raw: "postgresql+psycopg2://u:secret@db.example/shop", dialect: Postgres, shown: "postgres://u@db.example/shop", user: "u", host: "db.example:5432", data: "shop"},
		{name: "mysql by a socket", raw: "mysql+pymysql://u:secret@/shop?unix_socket=/run/my.sock", dialect: MySQL, shown: "mysql://u@/shop?unix_socket=%2Frun%2Fmy.sock", user: "u", data: "shop"},
		{name: "postgres over IPv6", raw: "postgres://u:secret@[::1]/shop", dialect: Postgres, shown: "postgres://u@[::1]/shop", user: "u", host: "[::1]:5432", data: "shop"},
		{name: "mysql", raw: "mysql://u:p%40ss%2F@localhost/shop", dialect: MySQL, shown: "mysql://u@localhost/shop", user: "u", host: "localhost:3306", data: "shop"},
		{name: "mariadb", raw: "mariadb://u@localhost:3307/shop", dialect: MySQL, shown: "mysql://u@localhost:3307/shop", user: "u", host: "localhost:3307", data: "shop"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parseURL(tt.raw, dir, false)
			if err != nil {
				t.Fatal(err)
			}
			if got.dialect != tt.dialect || got.shown != tt.shown || got.path != filepath.FromSlash(tt.path) ||
				got.user != tt.user || got.host != tt.host || got.database != tt.data {
				t.Errorf("got %+v", got)
			}
		})
	}
	if got, _ := parseURL("mysql://u:p%40ss%2F@localhost/shop", "", false); got.password != "p@ss/" {
		t.Errorf("password %q", got.password)
	}
}

func TestParseURLErrors(t *testing.T) {
	tests := []struct{ name, raw, want string }{
		{"empty", "", "is empty"},
		{"no scheme", "flaskr.sqlite", "has no scheme"},
		{"unknown scheme", "oracle://u:secret@h/n", `unknown scheme "oracle"`},
		{"a password where the scheme was", "p4ss-secret/word:x", "has no scheme"},
		{"line break", "postgres://u:secret@h/n\n", "control character"},
		{"sqlite without a file", "sqlite:", "names no file"},
		{"sqlite host", "sqlite://app.sqlite", "has no host"},
		{"sqlite in memory", "sqlite::memory:", "gone with its connection"},
		{"sqlite options", "sqlite:app.sqlite?mode=ro", "takes no options"},
		{"sqlite options of Python elsewhere", "sqlite:///srv/app.sqlite?timeout=5", "takes no options"},
		{"a driver without a name", "postgresql+://u:secret@h/n", "unknown scheme"},
		{"another family's driver", "oracle+oracledb://u:secret@h/n", "unknown scheme"},
		{"two hosts", "postgres://u:secret@h/n?host=other", "option host"},
		{"several hosts", "postgres://u:secret@/n?host=a,b", "option host"},
		{"a port that is none", "postgres://u:secret@/n?host=/run/pg&port=secret", "option port"},
		{"two ports", "postgres://u:secret@h:1/n?port=2", "option port"},
		{"unescaped percent", "postgres://u:secret%zz@h/n", "percent-encode"},
		{"unescaped slash", "postgres://u:secret/word@h/n", "percent-encode"},
		{"unescaped at", "mysql://u:sec@ret@h/n", ""},
		{"no database", "postgres://u:secret@h", "names no database"},
		{"no database, slash", "mysql://u:secret@h/", "names no database"},
		{"no host", "mysql:///n", "names no host"},
		{"opaque", "mysql:secret", "names no host"},
		{"unescaped hash", "mysql://u:sec#ret@h/n", "percent-encode"},
		{"fragment", "mysql://u:secret@h/n#x", "fragment"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parseURL(tt.raw, "", false)
			if tt.want == "" {
				// Go's parser takes the last @ as the end of the password.
				if err != nil || got.password != "sec@ret" {
					t.Fatalf("got %+v, %v", got, err)
				}
				return
			}
			if err == nil {
				t.Fatalf("no error; got %+v", got)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %q does not say %q", err, tt.want)
			}
			if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "sec#") {
				t.Errorf("error %q holds the password", err)
			}
		})
	}
}

func TestUnknownOption(t *testing.T) {
	for _, raw := range []string{"postgres://u:secret@h/n?ssl_mode=verify-full", "mysql://u:secret@h/n?multiStatements=true"} {
		d := New(Config{URL: raw})
		err := d.Open(t.Context())
		if err == nil || !strings.Contains(err.Error(), "unknown option") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v", err)
		}
	}
}

func TestConfigPrintsNoPassword(t *testing.T) {
	c := Config{URL: "postgres://u:secret@h/n"}
	for _, s := range []string{c.String(), c.GoString(), c.LogValue().String()} {
		if s != "db.Config{URL: postgres://u@h/n}" {
			t.Error(s)
		}
	}
}

// TestSharedURLs: three slashes of SQLite where SQLAlchemy's meaning counts.
func TestSharedURLs(t *testing.T) {
	for raw, want := range map[string]string{
		"sqlite:///app.db":         "/d/app.db",
		"sqlite:///data/app.db":    "/d/data/app.db",
		"sqlite:////srv/app.db":    "/srv/app.db",
		"sqlite:app.db":            "/d/app.db",
		"sqlite:/srv/app.db":       "/srv/app.db",
		"sqlite:///a.db?timeout=1": "/d/a.db",
		"sqlite:///a.db?mode=ro":   "",
		"sqlite:///:memory:":       "",
		"sqlite://":                "",
		"sqlite:///":               "",
		"sqlite:///file:a?uri=1":   "",
	} {
		got, err := parseURL(raw, "/d", true)
		if want == "" != (err != nil) || err == nil && got.path != want {
			t.Errorf("%s: %+v, %v; want %q", raw, got, err, want)
		}
	}
}

// TestNothingInTheRootFolder: a path that was meant to be relative makes no file
// and no folder there.
func TestNothingInTheRootFolder(t *testing.T) {
	for _, path := range []string{"/dewar-test.sqlite", "/dewar-test/shop.sqlite"} {
		for _, url := range []string{"sqlite://" + path, "sqlite:" + path} {
			err := New(Config{URL: url, Name: "SHOP_DATABASE_URL"}).Open(t.Context())
			if err == nil || !strings.Contains(err.Error(), "write sqlite:"+path[1:]) || !strings.Contains(err.Error(), "SHOP_DATABASE_URL") {
				t.Errorf("%s: %v", url, err)
			}
			first, _, _ := strings.Cut(path[1:], "/")
			if _, err := os.Lstat("/" + first); err == nil {
				t.Fatalf("%s made /%s", url, first)
			}
		}
	}
}

func FuzzParseURL(f *testing.F) {
	for _, s := range []string{"sqlite:a", "sqlite:///a", "postgres://u:p@h:1/n?sslmode=x", "mysql://u:p@h/n", "mysql://u:p%zz@h/n", "x:y", ":",
		"postgresql+psycopg2://u:p@/n?host=/run&port=1", "postgres://u:p@%2Frun:1/n", "mysql://u:p@/n?unix_socket=/s", "sqlite+x:///a?timeout=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		const secret = "hunter2hunter2"
		// The secret stands where a password stands in whatever was made up.
		for _, u := range []string{raw, "postgres://u:" + secret + raw + "@h/n", "mysql://" + raw + ":" + secret + "@h/n", "mysql://u:" + secret + "@" + raw} {
			got, err := parseURL(u, "/d", len(raw)%2 == 1)
			if err != nil {
				if strings.Contains(err.Error(), secret) {
					t.Fatalf("%q: error %q holds the password", u, err)
				}
				continue
			}
			if got.dialect != SQLite {
				if got.host == "" && got.socket == "" || got.database == "" {
					t.Fatalf("%q: no host or database in %+v", u, got)
				}
				if _, err := url.Parse(got.shown); err != nil {
					t.Fatalf("%q: shown as %q, which is no URL", u, got.shown)
				}
			}
		}
	})
}
