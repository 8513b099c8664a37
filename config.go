package dewar

import (
	"cmp"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/dewar-go/dewar/internal/httpconn"
	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/routing"
	"github.com/dewar-go/dewar/secure"
	"github.com/dewar-go/dewar/session"
)

// Config holds an app's settings. The zero value is a working, protected app on
// a loopback address. Where Flask has the setting too, the name is Flask's:
// TRUSTED_HOSTS is TrustedHosts, and [LoadConfig] reads it from
// <prefix>TRUSTED_HOSTS.
type Config struct {
	// Name is the application's name in logs and messages. Default: "dewar".
	Name string `config:"-"`
	// Debug shows errors with their causes and stacks in the browser and
	// reloads templates when they change. It is refused wherever the app is
	// reachable from another machine. Default: false.
	Debug bool
	// NoDebugToolbar leaves out the link that debug mode puts on every page, and what it leads to below /-/debug/: what
	// the last 25 requests did. Default: false.
	NoDebugToolbar bool
	// InstanceDir is the folder for what belongs to this installation. It is
	// made, readable by its owner alone, when something is first kept there.
	// Default: "instance" in the working directory.
	InstanceDir string

	// Templates holds the templates, at its root. Default: none.
	Templates fs.FS `config:"-"`
	// TemplateFolders are more folders of templates. They are searched in their
	// order after Templates, and before those of blueprints. Default: none.
	TemplateFolders []TemplateFolder `config:"-"`
	// TemplateExtensions turns on the extensions that come with Jinja, by Jinja's
	// names too: [jinja.ExtensionLoopControls], [jinja.ExtensionI18n], in the new
	// style as Flask-Babel has it, and [jinja.ExtensionDebug]. Default: none, as in
	// Flask. [jinja.ExtensionDo] is always on: the macro files that Flask's
	// developers copy from project to project need it, and no template can mean
	// anything else by its tag.
	TemplateExtensions []jinja.Extension `config:"-"`
	// TemplateLinkSchemes are the schemes that an address in a link of a template may
	// have besides http, https, mailto, tel and the like: an application's own, such as
	// "myapp", in [jinja.Options.LinkSchemes]. Default: none.
	TemplateLinkSchemes []string
	// TemplateTags are tags of extensions of your own, by name. Default: none.
	TemplateTags map[string]jinja.Tag `config:"-"`
	// TemplateSyntax is how templates are written, where that is not Jinja's way:
	// what a Flask application sets with jinja_options and app.jinja_env. Default:
	// Jinja's.
	TemplateSyntax TemplateSyntax `config:"-"`
	// TemplateTranslations are the functions of the message catalogues that
	// [jinja.ExtensionI18n] asks. Default: none, and every message is its own
	// translation.
	TemplateTranslations jinja.Translations `config:"-"`
	// Static holds the static files, at its root. Default: none.
	Static fs.FS `config:"-"`
	// StaticURL is where static files are served, under the endpoint "static".
	// Default: "/static".
	StaticURL string `config:"static_url_path"`
	// StaticMaxAge is how long browsers may use a static file without asking
	// again. Default: 0, which has them ask each time (and get a 304).
	StaticMaxAge time.Duration `config:"send_file_max_age_default"`

	// SecretKey signs sessions and tokens; 32 random bytes or more, as made by
	// the secret command. On a loopback address a key is made and kept in the
	// instance folder when none is given; everywhere else it is required.
	SecretKey Secret
	// SecretKeyFallbacks are older keys whose signatures still count.
	SecretKeyFallbacks []Secret
	// SecretSources are for [LoadConfig] alone, where they say where references of secrets lead beside env, file and
	// exec: {"vault": vault.New(…)} for "vault:kv/shop#password". Default: none.
	SecretSources map[string]SecretSource `config:"-"`

	// TrustedHosts are the names the app answers to; ".example.com" includes
	// its subdomains. On a loopback address localhost, 127.0.0.1 and [::1] are
	// trusted as well; everywhere else the list is required.
	TrustedHosts []string
	// ServerName is the host of URLs built outside a request, such as
	// "shop.example.com": one of TrustedHosts, but for a loopback address. Default:
	// none; building such a URL is an error then.
	ServerName string
	// HostMatching lets routes and blueprints name their host. Rules without
	// one serve every host. Default: false.
	HostMatching bool `config:"-"`
	// SubdomainMatching lets routes and blueprints name their subdomain of
	// ServerName, which is required then. Requests for another host, or another
	// port, are answered with 404, as in Flask. On a loopback address the
	// subdomains of localhost are trusted, too. Default: false.
	SubdomainMatching bool `config:"-"`
	// LaxSlashes turns [Route.StrictSlashes] off for all routes that do not set it:
	// Flask's app.url_map.strict_slashes = False. Default: false.
	LaxSlashes bool `config:"-"`
	// Converters are added to those that rules know, or replace them, by the
	// name that stands before the colon. Default: none.
	Converters map[string]routing.ConverterFunc `config:"-"`
	// PreferredURLScheme is the scheme of URLs built outside a request.
	// Default: "https", and "http" on a loopback address.
	PreferredURLScheme string
	// Proxies says which reverse proxies are believed, also as
	// <prefix>PROXIES_TRUSTED, _FAMILY, _FOR, _PROTO, _HOST, _PORT and _PREFIX.
	// Default: none.
	Proxies secure.ProxyConfig
	// ProxyProtocol holds the addresses, as single ones or CIDR ranges, of load
	// balancers that speak version 2 of the PROXY protocol to [App.Run] and
	// [App.Serve]: the client's address is then theirs to tell, and no
	// forwarded header is believed. What a balancer passes on comes from other
	// machines, so the app is never on a loopback address then: it needs
	// TLSCertFile and TLSKeyFile, or InsecurePlainHTTP. It excludes Proxies.
	// Default: none.
	ProxyProtocol []string
	// TLSCertFile and TLSKeyFile make [App.Run] and [App.Serve] serve HTTPS, with
	// TLS 1.2 or newer and HTTP/2. They are PEM files: the certificate followed by
	// those that lead to its authority, and its private key. They are read again
	// within 5 seconds when they change, and open connections stay; see
	// [secure.Certificate]. On a loopback address in debug mode TLSCertFile may
	// be "adhoc", as flask run --cert has it: a certificate is made for the life
	// of the process, which browsers ask about. Default: none, and plain HTTP.
	TLSCertFile, TLSKeyFile string
	// HTTPRedirectAddr is an address beside that of HTTPS, such as ":80", where
	// plain HTTP is listened to: pages are redirected to https on port 443 with
	// 308, routes marked API refuse, and hosts that are not trusted get 400 as
	// everywhere. Default: none.
	HTTPRedirectAddr string
	// Loopback says that a server of your own serves [App.Handler] on a
	// loopback address. Default: false, and Handler asks for what is required
	// of an app in the open.
	Loopback bool `config:"-"`
	// InsecurePlainHTTP serves plain HTTP on an address other machines can
	// reach: whoever is on the way can read and change everything, sessions and
	// passwords included.
	InsecurePlainHTTP bool

	// Settings are the application's own that templates see as config.NAME, in
	// Flask's manner: {"BOOTSTRAP_BTN_STYLE": "primary"}. Those that [LoadConfig]
	// read into the struct around Config are there without asking, a field
	// PageSize as config.PAGE_SIZE. A [Secret], a name that says it is one (SECRET,
	// PASSWORD, TOKEN, …) and a URL with a password are left out. Default: none.
	Settings map[string]any `config:"-"`

	// Session are the settings of the session and its cookie.
	Session SessionConfig
	// Flask makes the app serve the same users as a Flask application. Default:
	// nil, and the app keeps to its own, safer forms.
	Flask *FlaskSharing `config:"-"`
	// CSRFTrustedOrigins are other origins, such as "https://app.example.com",
	// whose pages may send unsafe requests.
	CSRFTrustedOrigins []string `config:"wtf_csrf_trusted_origins"`
	// Headers are the protective headers of every answer.
	Headers secure.Headers `config:"-"`

	// Accepted are findings of [App.Check] that stay for a time. Default: none.
	Accepted []Acceptance `config:"-"`

	// JSON encodes and decodes JSON. Default: [GoJSON]; flask.JSON writes what
	// Flask's jsonify writes.
	JSON JSONProvider `config:"-"`

	// MaxContentLength bounds a request's body in bytes. Default: 1 MiB. A
	// route may have its own with [Route.MaxBody].
	MaxContentLength int64
	// MaxFormParts bounds the fields of a form. Default: 1,000; of these,
	// MaxFormFiles may be files, 100 by default.
	MaxFormParts, MaxFormFiles int
	// MaxFormMemorySize is how much of a multipart form's files is kept in
	// memory, in bytes; the rest goes to temporary files. Default: 500,000.
	MaxFormMemorySize int64
	// MaxBuffer bounds the buffer of an answer in bytes; a longer answer is
	// streamed. Default: 4 MiB.
	MaxBuffer int

	// MaxConnections bounds the connections of [App.Run] and [App.Serve]; one of
	// HTTP/2 counts once for each request under way. When all places are taken,
	// whoever comes gets that of the connection whose client gives least for what
	// it holds ([secure.Connections]). Streams ([Context.Stream], [Context.Events])
	// and connections that a handler takes over, as for a WebSocket, keep their place
	// until they end, and half of the places are left to others. Default: half of the system's limit of open files, since each request
	// may open another, and no bound where that is not known.
	MaxConnections int
	// MaxStreams bounds the requests that a client may have under way on one
	// connection of HTTP/2. Clients keep the others back, or open another
	// connection. Default: 64; net/http's own is 250.
	MaxStreams int
	// MaxBacklog bounds how many bytes of answers above 64 KiB wait for clients
	// that do not take them, in memory (4 MiB) and in temporary files. One
	// connection may have a quarter of it. Past the bound those lose their
	// connection who have taken least of what they keep waiting for more than 20
	// seconds, and when there are none the answer is a 503, 20 seconds later.
	// Default: 256 MiB.
	MaxBacklog int64

	// Pace is how slow a client may be at sending a body and taking an answer.
	// Default: it is cut off after 30 seconds at less than 1 KiB a second, or
	// after 60 seconds of silence; what lasts longer at a good rate may last.
	Pace secure.Pace `config:"-"`

	// ShutdownTimeout is how long requests in flight may take after SIGTERM or
	// an interrupt, and then what was added with [App.OnClose]. Default: 20
	// seconds.
	ShutdownTimeout time.Duration

	// OnListen is called when the app begins to serve, with the URL a browser
	// can open and the address. Default: nil, and a line on standard error.
	OnListen func(url string, addr net.Addr) `config:"-"`

	// Logger gets the app's log: one line a request, errors with their stacks,
	// security events. Default: a [LogHandler] on standard error, text in debug
	// and on a terminal, and JSON otherwise.
	Logger *slog.Logger `config:"-"`

	own map[string]any // the application's, of LoadConfig
}

// SessionConfig are the settings of the session and its cookie.
type SessionConfig struct {
	// CookieName is the cookie's name. Default: "session" on a loopback
	// address and over plain HTTP, "__Host-session" over HTTPS.
	CookieName string
	// CookieDomain widens the cookie to a domain. Default: the host alone.
	CookieDomain string
	// CookiePath is the cookie's path. Default: "/".
	CookiePath string
	// CookieSameSite is Lax, Strict or None. Default: Lax.
	CookieSameSite string `config:"cookie_samesite"`
	// Lifetime is how long a permanent session lasts without being used, in its
	// cookie as in a Store, and how long any signed cookie is believed.
	// Default: 31 days, as Flask's.
	Lifetime time.Duration `config:"lifetime"`

	// Store keeps the sessions. Default: nil, and the session is in the cookie,
	// signed: visitors can read it, and nothing can revoke it. A store on the
	// server can list and revoke sessions, ends them after idle and absolute
	// times, and gives them a new id when somebody signs in or
	// session.Session.Renew is called, as it should be whenever rights change.
	// session.NewMemoryStore is for one process; session.NewServerStore takes
	// the backends of contrib/db and contrib/redis. A store that is down is a
	// 503 for whoever has a session.
	Store session.Store `config:"-"`
	// CookieEncrypted encrypts the session in the cookie, so that visitors
	// cannot read it. Revoking remains impossible. Default: false.
	CookieEncrypted bool
}

// defaultMaxContentLength is the limit of a request's body in bytes.
const defaultMaxContentLength = 1 << 20

// setDefaults fills what was left zero.
func (c *Config) setDefaults() {
	setDefault(&c.Name, "dewar")
	setDefault(&c.InstanceDir, "instance")
	setDefault(&c.StaticURL, "/static")
	setDefault(&c.MaxContentLength, defaultMaxContentLength)
	setDefault(&c.MaxFormParts, 1000)
	setDefault(&c.MaxFormFiles, 100)
	setDefault(&c.MaxFormMemorySize, 500_000)
	setDefault(&c.MaxBuffer, 4<<20)
	setDefault(&c.MaxStreams, 64)
	setDefault(&c.MaxBacklog, 256<<20)
	setDefault(&c.Pace.Grace, 30*time.Second)
	setDefault(&c.ShutdownTimeout, 20*time.Second)
	setDefault(&c.Session.CookiePath, "/")
	setDefault(&c.Session.CookieSameSite, "Lax")
	setDefault(&c.Session.Lifetime, 31*24*time.Hour)
	if c.Flask != nil {
		shared := *c.Flask
		shared.setDefaults()
		c.Flask = &shared
	}
	if c.JSON == nil {
		c.JSON = GoJSON{}
	}
	if c.OnListen == nil {
		c.OnListen = func(url string, _ net.Addr) {
			fmt.Fprintf(os.Stderr, " * Running on %s (press CTRL+C to quit)\n", url)
		}
	}
	if c.Logger == nil {
		o := LogOptions{Text: c.Debug || onTerminal(os.Stderr)}
		if c.Debug {
			o.Level = slog.LevelDebug
		}
		c.Logger = slog.New(NewLogHandler(os.Stderr, o))
	}
}

// onTerminal reports whether somebody reads what is written to the file as it
// comes.
func onTerminal(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	nowhere, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, nowhere)
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// check lists what is wrong with the settings for one way of listening.
func (c *Config) check(m mode) (mistakes []error) {
	add := func(format string, args ...any) { mistakes = append(mistakes, fmt.Errorf(format, args...)) }
	if c.Debug && m != loopback {
		add("Debug shows source and values of the program and is refused on %s; listen on 127.0.0.1, or turn Debug off", m)
	}
	if m == plain && !c.InsecurePlainHTTP {
		add("plain HTTP is refused on %s, since anybody on the way could read sessions and passwords; give TLSCertFile and TLSKeyFile, or Proxies, or listen on 127.0.0.1, or set InsecurePlainHTTP", m)
	}
	if m != loopback && len(c.TrustedHosts) == 0 {
		add("TrustedHosts is required on %s: list the names this app answers to, such as shop.example.com", m)
	}
	if len(c.ProxyProtocol) > 0 && len(c.Proxies.Trusted) > 0 {
		add("ProxyProtocol and Proxies exclude each other: the client's address has one source")
	}
	if c.SubdomainMatching && c.ServerName == "" {
		add("SubdomainMatching needs ServerName, whose subdomains are meant")
	}
	if c.SubdomainMatching && c.HostMatching {
		add("HostMatching and SubdomainMatching exclude each other")
	}
	if !strings.HasPrefix(c.StaticURL, "/") {
		add("StaticURL %q must start with a slash", c.StaticURL)
	}
	if sameSite(c.Session.CookieSameSite) == 0 {
		add("Session.CookieSameSite %q must be Lax, Strict or None", c.Session.CookieSameSite)
	}
	mistakes = append(mistakes, c.Session.checkCookie(m)...)
	if st, ok := c.Session.Store.(interface{ UseLifetime(time.Duration) error }); ok && c.Session.Lifetime != session.DefaultLifetime {
		if err := st.UseLifetime(c.Session.Lifetime); err != nil {
			add("Session.Lifetime and Session.Store contradict each other: %w", err)
		}
	}
	if c.Session.Store != nil && c.Session.CookieEncrypted {
		add("Session.CookieEncrypted is about sessions in the cookie, and Session.Store keeps them elsewhere; leave one of them out")
	}
	if c.Flask != nil {
		mistakes = append(mistakes, c.Flask.check(c)...)
	}
	if strings.EqualFold(c.Session.CookieSameSite, "none") && m != secured {
		add("Session.CookieSameSite None needs HTTPS: browsers refuse such a cookie without Secure")
	}
	for _, n := range []struct {
		name  string
		value int64
	}{
		{"MaxContentLength", c.MaxContentLength}, {"MaxFormParts", int64(c.MaxFormParts)},
		{"MaxFormFiles", int64(c.MaxFormFiles)}, {"MaxFormMemorySize", c.MaxFormMemorySize},
		{"MaxBuffer", int64(c.MaxBuffer)}, {"ShutdownTimeout", int64(c.ShutdownTimeout)},
		{"MaxConnections", int64(c.MaxConnections) + 1}, {"MaxStreams", int64(c.MaxStreams)}, {"MaxBacklog", c.MaxBacklog}, {"Session.Lifetime", int64(c.Session.Lifetime)}, {"StaticMaxAge", int64(c.StaticMaxAge) + 1},
	} {
		if n.value <= 0 {
			add("%s must not be negative", n.name)
		}
	}
	folders := map[string]fs.FS{"Templates": c.Templates, "Static": c.Static}
	for i, f := range c.TemplateFolders {
		name := fmt.Sprintf("TemplateFolders[%d]", i)
		if folders[name] = f.FS; f.FS == nil {
			add("%s has no FS", name)
		}
	}
	for name, fsys := range folders {
		if fsys == nil {
			continue
		}
		if info, err := fs.Stat(fsys, "."); err != nil {
			add("%s: the folder %s cannot be read: %w", name, folderName(fsys), err)
		} else if !info.IsDir() {
			add("%s: %s is not a folder", name, folderName(fsys))
		}
	}
	return mistakes
}

// checkCookie lists why browsers, or net/http, would drop the session's cookie.
func (s *SessionConfig) checkCookie(m mode) (mistakes []error) {
	add := func(format string, args ...any) { mistakes = append(mistakes, fmt.Errorf(format, args...)) }
	name := cmp.Or(s.CookieName, "session")
	for _, c := range []struct {
		field, value string
		cookie       http.Cookie
	}{
		{"CookieName", s.CookieName, http.Cookie{Name: name}},
		{"CookieDomain", s.CookieDomain, http.Cookie{Name: "session", Domain: s.CookieDomain}},
		{"CookiePath", s.CookiePath, http.Cookie{Name: "session", Path: s.CookiePath}},
	} {
		if c.cookie.Valid() != nil {
			add("Session.%s %q is not valid in a cookie: no browser would get the session", c.field, c.value)
		}
	}
	if !strings.HasPrefix(s.CookiePath, "/") {
		add("Session.CookiePath %q must start with a slash: browsers would take the path of each page instead", s.CookiePath)
	}
	// Browsers compare the prefixes without regard to case (RFC 6265bis,
	// section 4.1.3).
	lower := strings.ToLower(name)
	host := strings.HasPrefix(lower, "__host-")
	if (host || strings.HasPrefix(lower, "__secure-") || strings.HasPrefix(lower, "__http-")) && m != secured {
		add("Session.CookieName %q needs HTTPS: browsers refuse a cookie with this prefix on %s", name, m)
	}
	if host && (s.CookieDomain != "" || s.CookiePath != "/") {
		add("Session.CookieName %q goes with the path / and without a domain: browsers refuse the cookie otherwise", name)
	}
	return mistakes
}

// folderName finds out what os.DirFS was given, which its errors leave out.
func folderName(fsys fs.FS) string {
	if v := reflect.ValueOf(fsys); v.Kind() == reflect.String {
		return v.String()
	}
	return fmt.Sprintf("(%T)", fsys)
}

// sameSite reads a SameSite name; 0 for an unknown one.
func sameSite(name string) http.SameSite {
	switch strings.ToLower(name) {
	case "lax":
		return http.SameSiteLaxMode
	case "strict":
		return http.SameSiteStrictMode
	case "none":
		return http.SameSiteNoneMode
	}
	return 0
}

// connectionLimits are the bounds on connections and on what they hold.
func (c *Config) connectionLimits() secure.ConnectionLimits {
	places := c.MaxConnections
	if places == 0 {
		places = httpconn.OpenFiles() / 2
	}
	return secure.ConnectionLimits{Places: places, Backlog: c.MaxBacklog}
}
