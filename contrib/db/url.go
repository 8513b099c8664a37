package db

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A Dialect is the kind of database that a URL names.
type Dialect string

// The dialects. Each is also the name of the folder with its migrations.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
	MySQL    Dialect = "mysql" // MariaDB 10.6 or newer, MySQL 8
)

// A target is a parsed database URL.
type target struct {
	dialect  Dialect
	shown    string // the URL for messages, without the password
	path     string // SQLite: the path of the file
	user     string
	password string
	host     string // host:port, "" when a socket is used
	socket   string // PostgreSQL: the folder of the Unix socket; MySQL: the socket
	port     string // PostgreSQL: the port in the name of the socket
	database string
	query    url.Values
}

// remote reports whether the server is on another machine, as far as its address tells.
func (t *target) remote() bool {
	host, _, err := net.SplitHostPort(t.host)
	if t.socket != "" || err != nil && t.host == "" || strings.EqualFold(host, "localhost") {
		return false
	}
	addr, err := netip.ParseAddr(host)
	return err != nil || !addr.Unmap().IsLoopback()
}

// forms ends every message about a URL that cannot be understood.
const forms = "use sqlite:PATH, postgres://USER:PASSWORD@HOST:PORT/NAME or mysql://USER:PASSWORD@HOST:PORT/NAME"

// parseURL parses a database URL. Its errors do not quote the URL, in which a mistyped password may be anywhere; they
// name the part that is wrong. dir is the folder of relative SQLite paths. With shared, sqlite:/// has the meaning of
// Flask-SQLAlchemy.
//
// The driver after the scheme in a URL of SQLAlchemy, as in postgresql+psycopg2://, is ignored.
func parseURL(raw, dir string, shared bool) (*target, error) {
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
	name, driver, alchemy := strings.Cut(strings.ToLower(scheme), "+")
	if alchemy && driver == "" {
		name = ""
	}
	switch name {
	case "sqlite", "sqlite3":
		return parseSQLite(rest, dir, shared || alchemy)
	case "postgres", "postgresql":
		return parseServer(Postgres, "postgres", "postgres:"+rest, "5432")
	case "mysql", "mariadb":
		return parseServer(MySQL, "mysql", "mysql:"+rest, "3306")
	}
	return nil, fmt.Errorf("the database URL has the unknown scheme %q: %s", scheme, forms)
}

// isScheme reports whether s is a URL scheme (RFC 3986, section 3.1) that is short enough to be repeated in a message.
// Nothing else before the first colon of a mistyped URL is repeated.
func isScheme(s string) bool {
	if family, driver, _ := strings.Cut(s, "+"); family == "" || len(family) > 16 || len(driver) > 16 {
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

// sqliteDriverOptions are options of Python's driver that URLs of SQLAlchemy may have. They are ignored.
var sqliteDriverOptions = []string{"timeout", "detect_types", "isolation_level", "check_same_thread", "cached_statements"}

// parseSQLite parses the part after "sqlite:". "sqlite:app.db" and "sqlite:dir/app.db" are relative to dir.
// "sqlite:/app.db" and "sqlite:////app.db" are absolute. "sqlite:///app.db" is absolute too, and relative when shared
// is set.
func parseSQLite(rest, dir string, shared bool) (*target, error) {
	path := rest
	if after, ok := strings.CutPrefix(rest, "//"); ok {
		switch {
		case after == "" && shared:
			return nil, errInMemory
		case !strings.HasPrefix(after, "/"):
			return nil, errors.New("a SQLite URL has no host: use sqlite:PATH for a relative path, sqlite:////PATH for an absolute one")
		case shared:
			after = after[1:]
		}
		path = after
	}
	if shared {
		before, options, _ := strings.Cut(path, "?")
		if query, err := url.ParseQuery(options); err == nil && !slices.ContainsFunc(slices.Collect(maps.Keys(query)), func(name string) bool {
			return !slices.Contains(sqliteDriverOptions, name)
		}) {
			path = before
		}
	}
	switch {
	case strings.Contains(path, ":memory:"):
		return nil, errInMemory
	case path == "":
		return nil, errors.New("the SQLite URL names no file: use sqlite:PATH")
	case strings.ContainsAny(path, "?#"):
		return nil, errors.New("a SQLite URL takes no options: the file's name must not hold ? or #")
	case strings.HasPrefix(path, "file:"):
		return nil, errors.New("a SQLite URL holds a path, and file: begins a URI of SQLite's: use sqlite:PATH")
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, filepath.FromSlash(path))
	}
	path = filepath.Clean(path)
	return &target{dialect: SQLite, shown: "sqlite:" + path, path: path}, nil
}

var errInMemory = errors.New("a SQLite database in memory is gone with its connection: use a file in a temporary directory")

func parseServer(dialect Dialect, scheme, raw, port string) (*target, error) {
	u, err := url.Parse(hostInQuery(raw))
	if err != nil {
		// The error contains the URL, and its cause may contain the password.
		return nil, fmt.Errorf("the %s URL cannot be parsed: percent-encode special characters in the user name and the password (@ is %%40, / is %%2F, : is %%3A)", scheme)
	}
	t := &target{dialect: dialect, user: u.User.Username(), query: u.Query()}
	t.password, _ = u.User.Password()
	option := "host"
	if dialect == MySQL {
		option = "unix_socket"
	}
	t.socket = t.query.Get(option)
	if u.Opaque != "" || u.Host == "" && t.socket == "" && dialect == MySQL {
		return nil, fmt.Errorf("the %s URL names no host: use %s://USER:PASSWORD@HOST:PORT/NAME", scheme, scheme)
	}
	if u.Fragment != "" {
		return nil, fmt.Errorf("the %s URL ends with a fragment: percent-encode # as %%23", scheme)
	}
	switch {
	case u.Host == "" && t.socket == "":
		t.socket = postgresSocket(port)
	case dialect == Postgres && t.socket != "" && !strings.HasPrefix(t.socket, "/"):
		if u.Host != "" || strings.ContainsAny(t.socket, ",:/@") {
			return nil, fmt.Errorf("the %s URL's option host is the folder of a Unix socket, such as /var/run/postgresql, or the host where none stands before the database's name", scheme)
		}
		u.Host, t.socket = t.socket, ""
	}
	t.query.Del(option)
	if p := t.query.Get("port"); dialect == Postgres && p != "" {
		if _, err := strconv.ParseUint(p, 10, 16); err != nil || u.Port() != "" {
			return nil, fmt.Errorf("the %s URL's option port is a number, where none stands after the host", scheme)
		}
		port = p
		t.query.Del("port")
	}
	t.database = strings.TrimPrefix(u.Path, "/")
	if t.database == "" || strings.Contains(t.database, "/") {
		return nil, fmt.Errorf("the %s URL names no database: use %s://USER:PASSWORD@HOST:PORT/NAME", scheme, scheme)
	}
	shown := url.URL{Scheme: scheme, Host: u.Host, Path: u.Path}
	if t.user != "" {
		shown.User = url.User(t.user)
	}
	t.host = u.Host
	switch {
	case t.socket != "":
		t.host, t.port = "", port
		shown.Host, shown.RawQuery = "", option+"="+url.QueryEscape(t.socket)
	case u.Host == "":
		shown.Host = "127.0.0.1"
		t.host = net.JoinHostPort("127.0.0.1", port)
	case u.Port() == "":
		t.host = net.JoinHostPort(u.Hostname(), port)
	}
	t.shown = shown.String()
	return t, nil
}

// hostInQuery moves the folder of a socket from the host part, where libpq has it percent-encoded, to the query, where
// url.Parse accepts it.
func hostInQuery(raw string) string {
	scheme, rest, _ := strings.Cut(raw, "://")
	authority, path, found := strings.Cut(rest, "/")
	at := strings.LastIndexByte(authority, '@') + 1
	host := authority[at:]
	if !found || len(host) < 3 || !strings.EqualFold(host[:3], "%2f") {
		return raw
	}
	host, port, ported := strings.Cut(host, ":")
	mark := "?"
	if strings.Contains(path, "?") {
		mark = "&"
	}
	raw = scheme + "://" + authority[:at] + "/" + path + mark + "host=" + host
	if ported {
		raw += "&port=" + port
	}
	return raw
}

// socketFolders are the folders where PostgreSQL puts its socket: Debian's, and the default of its sources.
var socketFolders = []string{"/var/run/postgresql", "/tmp"}

// postgresSocket returns the folder of the server's socket, or "". libpq uses it when the URL has no host.
func postgresSocket(port string) string {
	for _, dir := range socketFolders {
		if _, err := os.Stat(filepath.Join(dir, ".s.PGSQL."+port)); err == nil {
			return dir
		}
	}
	return ""
}

// onlyOptions refuses query parameters that are not in allowed, so that a mistyped sslmode does not lead to a
// connection without TLS.
func (t *target) onlyOptions(allowed ...string) error {
	for name, values := range t.query {
		if !slices.Contains(allowed, name) {
			// The message has the name and not the value, which may be a secret.
			return fmt.Errorf("%s: unknown option %q in the database URL; known are %s", t.shown, name, strings.Join(allowed, ", "))
		}
		if len(values) > 1 {
			return fmt.Errorf("%s: option %q is given twice in the database URL", t.shown, name)
		}
	}
	return nil
}
