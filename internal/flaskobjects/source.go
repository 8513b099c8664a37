// Package flaskobjects has request, session, g and config as templates see them:
// Flask's objects with Flask's attributes, over what a [Source] knows of the request.
// [Absent] names the attributes of Flask's that are not here, for the check.
package flaskobjects

import (
	"maps"
	"net/http"
	"net/netip"
	"slices"

	"github.com/dewar-go/dewar/internal/werkzeug"
	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/routing"
	"github.com/dewar-go/dewar/secure"
	"github.com/dewar-go/dewar/session"
)

// A Source is the request that the objects show.
type Source interface {
	Request() *http.Request
	// Header is the request's, and Client its address: the answer depends on them from then on.
	Header() http.Header
	Client() netip.Addr
	Origin() secure.Origin
	Path() string
	Session() *session.Session

	// What was matched: the dotted endpoint and blueprint and the joined rule, each "" for
	// none; Matched is nil with them. Values are the view's, and false without any.
	Endpoint() string
	Blueprint() string
	Rule() string
	Matched() *routing.Rule
	Values() (routing.Values, bool)
	MaxBody() int64

	// Reading the request. Pairs are in the order of the wire. FormPairs, and Files with
	// it, read the body, unless the view reads it as it arrives.
	ContentType() (string, map[string]string)
	IsJSON() bool
	QueryPairs() []werkzeug.Pair
	FormPairs() ([]werkzeug.Pair, error)
	Files() []werkzeug.File
	CookiePairs() []werkzeug.Pair
	// JSON is the body. With force its type is not asked for. The value is what decode
	// makes of it.
	JSON(force bool, decode func([]byte) error) error
	// Must runs what reads the request. Its error ends the view, as in Flask.
	Must(read func() error)

	// The request's own values, which templates know as g.
	G(name string) (any, bool)
	GNames() []string
	SetG(name string, v any)
	DropG(name string)

	AppName() string
	// HasStore reports whether sessions are kept in a store.
	HasStore() bool
}

// objects holds the source in a field without a name of its own outside: a template
// would reach the methods of an embedded one.
type objects struct {
	src Source

	made map[string]jinja.Value // attributes of request that are objects, once asked for
}

// Objects are the objects of one request.
type Objects struct{ objects objects }

// New makes the objects of a request.
func New(s Source) *Objects { return &Objects{objects{src: s}} }

// Request returns request.
func (o *Objects) Request() *Request { return (*Request)(&o.objects) }

// Session returns session.
func (o *Objects) Session() *Session { return (*Session)(&o.objects) }

// G returns g.
func (o *Objects) G() *G { return (*G)(&o.objects) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// orNone is the text, and None for none.
func orNone(s string) jinja.Value {
	if s == "" {
		return jinja.None
	}
	return jinja.String(s)
}
