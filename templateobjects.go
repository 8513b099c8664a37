package dewar

import (
	"net/http"
	"net/netip"
	"slices"

	"github.com/dewar-go/dewar/internal/datastruct"
	"github.com/dewar-go/dewar/internal/flaskobjects"
	"github.com/dewar-go/dewar/internal/werkzeug"
	"github.com/dewar-go/dewar/routing"
	"github.com/dewar-go/dewar/secure"
)

// flaskObjects are request, session and g of this request, made when a template asks
// for one.
func (c *Context) flaskObjects() *flaskobjects.Objects {
	if c.objects == nil {
		c.objects = flaskobjects.New(objectSource{c})
	}
	return c.objects
}

// objectSource is the Context as the objects of templates read it.
type objectSource struct{ *Context }

// Header is the request's, and the answer depends on it from now on.
func (s objectSource) Header() http.Header {
	s.state.set(clientRead)
	return s.r.Header
}

// Client is the client's address, and the answer depends on it from now on.
func (s objectSource) Client() netip.Addr {
	s.state.set(clientRead)
	return s.origin.Addr
}

// Origin is the scheme, the host and the client after proxy trust.
func (s objectSource) Origin() secure.Origin { return s.origin }

// Matched is the rule that was matched.
func (s objectSource) Matched() *routing.Rule { return s.at.routed }

// MaxBody is the limit of the body.
func (s objectSource) MaxBody() int64 { return s.at.maxBody }

// Values are the rule's, also those of an error's view that a rule stands behind.
func (s objectSource) Values() (routing.Values, bool) {
	if s.match.Rule == nil || s.matchErr != nil {
		return nil, false
	}
	return s.match.Values(), true
}

// ContentType is the body's type and its parameters.
func (s objectSource) ContentType() (string, map[string]string) { return s.contentType() }

// IsJSON reports whether the body's type is JSON.
func (s objectSource) IsJSON() bool { return s.isJSON() }

// QueryPairs are the query's.
func (s objectSource) QueryPairs() []werkzeug.Pair {
	s.Must(func() error { s.QueryValues(); return nil })
	return s.form.queryPairs
}

// FormPairs are the form's, none where the view reads the body as it arrives.
func (s objectSource) FormPairs() ([]werkzeug.Pair, error) {
	if s.at.route != nil && s.at.route.stream {
		return nil, nil
	}
	_, err := s.FormValues()
	return s.form.pairs, err
}

// Files are the form's.
func (s objectSource) Files() []werkzeug.File { return s.form.files }

// CookiePairs are the request's cookies, and the answer depends on them from now on.
func (s objectSource) CookiePairs() []werkzeug.Pair {
	s.state.set(cookieRead)
	return werkzeug.Cookies(s.r.Header["Cookie"])
}

// JSON reads the body with decode.
func (s objectSource) JSON(force bool, decode func([]byte) error) error {
	if !force && !s.isJSON() {
		return &HTTPError{Code: http.StatusUnsupportedMediaType}
	}
	data, err := s.jsonData()
	if err != nil {
		return err
	}
	if err := decode(data); err != nil {
		return badBind("json", "", err)
	}
	return nil
}

// Must ends the view with the error of read. The page of an error shows what there is.
func (s objectSource) Must(read func() error) {
	err := guardPanic(read)
	if err != nil && s.failed == nil {
		panic(abort{err})
	}
}

// G finds a value of the request.
func (s objectSource) G(name string) (any, bool) { return s.keyedValue(name) }

// GNames lists the values of the request.
func (s objectSource) GNames() []string { return s.keyedNames() }

// SetG adds a value.
func (s objectSource) SetG(name string, v any) { s.values = append(s.values, keyed{&name, v}) }

// DropG removes a value.
func (s objectSource) DropG(name string) {
	s.values = slices.DeleteFunc(s.values, func(k keyed) bool { return *k.key == name })
}

// AppName is the application's name.
func (s objectSource) AppName() string { return s.app.cfg.Name }

// HasStore reports whether sessions are kept in a store.
func (s objectSource) HasStore() bool { return s.app.cfg.Session.Store != nil }

// templateConfig is config in templates, made once.
func (a *App) templateConfig() *datastruct.Dict {
	c := &a.cfg
	var maxAge, domain, serverName any
	if c.StaticMaxAge > 0 {
		maxAge = int64(c.StaticMaxAge.Seconds())
	}
	if c.Session.CookieDomain != "" {
		domain = c.Session.CookieDomain
	}
	if c.ServerName != "" {
		serverName = c.ServerName
	}
	return flaskobjects.Config([]flaskobjects.Setting{
		{Name: "DEBUG", Value: c.Debug},
		{Name: "TESTING", Value: false},
		{Name: "APPLICATION_NAME", Value: c.Name},
		{Name: "APPLICATION_ROOT", Value: "/"},
		{Name: "SERVER_NAME", Value: serverName},
		{Name: "PREFERRED_URL_SCHEME", Value: a.bind(nil).URLScheme},
		{Name: "MAX_CONTENT_LENGTH", Value: c.MaxContentLength},
		{Name: "MAX_FORM_PARTS", Value: c.MaxFormParts},
		{Name: "MAX_FORM_MEMORY_SIZE", Value: c.MaxFormMemorySize},
		{Name: "PERMANENT_SESSION_LIFETIME", Value: c.Session.Lifetime},
		{Name: "SEND_FILE_MAX_AGE_DEFAULT", Value: maxAge},
		{Name: "SESSION_COOKIE_DOMAIN", Value: domain},
		{Name: "SESSION_COOKIE_HTTPONLY", Value: true},
		{Name: "SESSION_COOKIE_NAME", Value: a.cookieName()},
		{Name: "SESSION_COOKIE_PATH", Value: c.Session.CookiePath},
		{Name: "SESSION_COOKIE_SAMESITE", Value: c.Session.CookieSameSite},
		{Name: "SESSION_COOKIE_SECURE", Value: a.mode.https()},
	}, a.defaults, c.own, c.Settings)
}

// DefaultSetting gives templates a setting as config.NAME unless the application has
// one of this name, in [Config.Settings] or read by [LoadConfig]. Extensions use it
// as those of Flask use app.config.setdefault.
func DefaultSetting(a *App, name string, v any) {
	a.root.changing("DefaultSetting", callerLocation())
	if _, ok := a.defaults[name]; !ok {
		a.defaults[name] = v
	}
}
