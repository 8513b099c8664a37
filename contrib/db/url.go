package db

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

// A Dialect is the family of database that a URL names.
type Dialect string

// The dialects, each with the folder name of its migrations.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
	MySQL    Dialect = "mysql" // MariaDB 10.6 or newer, MySQL 8
)

// A target is a parsed database URL.
type target struct {
	dialect  Dialect
	shown    string // for messages: never holds the password
	path     string // SQLite: the file
	user     string
	password string
	host     string // host:port
	database string
	query    url.Values
}

// errURL is the end of every message about a URL that makes no sense.
const forms = "use sqlite:PATH, postgres://USER:PASSWORD@HOST:PORT/NAME or mysql://USER:PASSWORD@HOST:PORT/NAME"

// parseURL reads a database URL. Its errors never quote the URL, which may hold
// a password in any of its parts when it is mistyped: they name the part that
// is wrong. dir is where a relative SQLite path starts.
func parseURL(raw, dir string) (*target, error) {
	if raw == "" {
		return nil, errors.New("the database URL is empty: " + forms)
	}
	if strings.ContainsFunc(raw, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return nil, errors.New("the database URL holds a control character (a line break from a file, perhaps)")
	}
	scheme, rest, found := strings.Cut(raw, ":")
	if !found || !isScheme(scheme) {
		return nil, errors.New("the database URL has no scheme: " + forms)
	}
	switch strings.ToLower(scheme) {
	case "sqlite", "sqlite3":
		return parseSQLite(rest, dir)
	case "postgres", "postgresql":
		return parseServer(Postgres, "postgres", raw, "5432")
	case "mysql", "mariadb":
		return parseServer(MySQL, "mysql", raw, "3306")
	}
	return nil, fmt.Errorf("the database URL has the unknown scheme %q: %s", scheme, forms)
}

// isScheme tells a URL scheme (RFC 3986, 3.1) short enough to be repeated in a
// message. What stands before the first colon of a mistyped URL could be
// anything, so nothing else is repeated.
func isScheme(s string) bool {
	if s == "" || len(s) > 16 {
		return false
	}
	for i, c := range []byte(s) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789+-.", rune(c))) {
			return false
		}
	}
	return true
}

// parseSQLite reads what follows "sqlite:". "sqlite:app.db" and
// "sqlite:dir/app.db" are relative to dir; "sqlite:/app.db" and
// "sqlite:///app.db" are absolute.
func parseSQLite(rest, dir string) (*target, error) {
	path := rest
	if after, ok := strings.CutPrefix(rest, "//"); ok {
		if !strings.HasPrefix(after, "/") {
			return nil, errors.New("a SQLite URL has no host: use sqlite:PATH for a relative path, sqlite:///PATH for an absolute one")
		}
		path = after
	}
	switch {
	case path == "":
		return nil, errors.New("the SQLite URL names no file: use sqlite:PATH")
	case strings.Contains(path, ":memory:"):
		return nil, errors.New("a SQLite database in memory is gone with its connection: use a file in a temporary directory")
	case strings.ContainsAny(path, "?#"):
		return nil, errors.New("a SQLite URL takes no options: the file's name must not hold ? or #")
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, filepath.FromSlash(path))
	}
	path = filepath.Clean(path)
	return &target{dialect: SQLite, shown: "sqlite:" + path, path: path}, nil
}

func parseServer(dialect Dialect, scheme, raw, port string) (*target, error) {
	u, err := url.Parse(raw)
	if err != nil {
		// The error quotes the URL, and its cause can quote the password.
		return nil, fmt.Errorf("the %s URL cannot be parsed: percent-encode special characters in the user name and the password (@ is %%40, / is %%2F, : is %%3A)", scheme)
	}
	t := &target{dialect: dialect, user: u.User.Username(), query: u.Query()}
	t.password, _ = u.User.Password()
	if u.Opaque != "" || u.Host == "" && dialect == MySQL {
		return nil, fmt.Errorf("the %s URL names no host: use %s://USER:PASSWORD@HOST:PORT/NAME", scheme, scheme)
	}
	if u.Fragment != "" {
		return nil, fmt.Errorf("the %s URL ends with a fragment: percent-encode # as %%23", scheme)
	}
	if u.Host == "" {
		u.Host = "127.0.0.1"
	}
	t.host = u.Host
	if u.Port() == "" {
		t.host = net.JoinHostPort(u.Hostname(), port)
	}
	t.database = strings.TrimPrefix(u.Path, "/")
	if t.database == "" || strings.Contains(t.database, "/") {
		return nil, fmt.Errorf("the %s URL names no database: use %s://USER:PASSWORD@HOST:PORT/NAME", scheme, scheme)
	}
	shown := url.URL{Scheme: scheme, Host: u.Host, Path: u.Path}
	if t.user != "" {
		shown.User = url.User(t.user)
	}
	t.shown = shown.String()
	return t, nil
}

// onlyOptions refuses query parameters that are not in allowed, so that a
// mistyped sslmode is an error and not a connection without TLS.
func (t *target) onlyOptions(allowed ...string) error {
	for name, values := range t.query {
		if !slices.Contains(allowed, name) {
			// The name is quoted, the value is not: it may be a secret.
			return fmt.Errorf("%s: unknown option %q in the database URL; known are %s", t.shown, name, strings.Join(allowed, ", "))
		}
		if len(values) > 1 {
			return fmt.Errorf("%s: option %q is given twice in the database URL", t.shown, name)
		}
	}
	return nil
}
