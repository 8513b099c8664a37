package flaskobjects

import (
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dewar-go/dewar/internal/datastruct"
	"github.com/dewar-go/dewar/internal/werkzeug"
	"github.com/dewar-go/dewar/jinja"
)

// object gives the attributes of request that are objects of their own. Each is made
// when it is first asked for, and once a request.
func (r *Request) object(name string) (jinja.Value, bool) {
	if v, ok := r.made[name]; ok {
		return v, true
	}
	v, ok := r.newObject(name)
	if ok {
		if r.made == nil {
			r.made = map[string]jinja.Value{}
		}
		r.made[name] = v
	}
	return v, ok
}

func (r *Request) newObject(name string) (jinja.Value, bool) {
	switch name {
	case "args":
		return multiDict(r.src.QueryPairs()), true
	case "form":
		return multiDict(r.formPairs()), true
	case "values":
		parts := []*datastruct.MultiDict{r.multi("args")}
		switch r.src.Request().Method {
		case http.MethodPost, http.MethodPut, http.MethodPatch:
			parts = append(parts, r.multi("form"))
		}
		return jinja.ValueOf(datastruct.Combine(parts...)), true
	case "files":
		r.formPairs()
		m := datastruct.NewMultiDict()
		for _, f := range r.src.Files() {
			m.Add(f.Name, jinja.ValueOf(file{f}))
		}
		return jinja.ValueOf(m), true
	case "cookies":
		return multiDict(r.src.CookiePairs()), true
	case "headers":
		h := &datastruct.Headers{}
		h.Add("Host", r.src.Origin().Host)
		for _, name := range slices.Sorted(maps.Keys(r.src.Header())) {
			h.Add(name, r.header(name))
		}
		return jinja.ValueOf(h), true
	case "user_agent":
		return jinja.ValueOf(userAgent(r.header("User-Agent"))), true
	case "accept_mimetypes":
		return jinja.ValueOf(datastruct.NewAccept(datastruct.AcceptMIME, r.header("Accept"))), true
	case "accept_languages":
		return jinja.ValueOf(datastruct.NewAccept(datastruct.AcceptLanguage, r.header("Accept-Language"))), true
	case "accept_charsets":
		return jinja.ValueOf(datastruct.NewAccept(datastruct.AcceptCharset, r.header("Accept-Charset"))), true
	case "accept_encodings":
		return jinja.ValueOf(datastruct.NewAccept(datastruct.AcceptEncoding, r.header("Accept-Encoding"))), true
	case "if_match":
		return jinja.ValueOf(datastruct.NewETags(r.header("If-Match"))), true
	case "if_none_match":
		return jinja.ValueOf(datastruct.NewETags(r.header("If-None-Match"))), true
	case "authorization":
		return authorization(r.header("Authorization")), true
	case "access_route":
		var list []jinja.Value
		for part := range strings.SplitSeq(r.header("X-Forwarded-For"), ",") {
			if part = strings.TrimSpace(part); part != "" {
				list = append(list, jinja.String(part))
			}
		}
		if client := r.src.Client(); r.src.Header()["X-Forwarded-For"] == nil && client.IsValid() {
			list = append(list, jinja.String(client.String()))
		}
		return jinja.ValueOf(&datastruct.List{Class: "ImmutableList", Items: list}), true
	case "json":
		var v jinja.Value
		r.src.Must(func() (err error) { v, err = r.readJSON(false); return err })
		return v, true
	case "get_json":
		return jinja.NewFunc("get_json", r.getJSON), true
	}
	return jinja.Value{}, false
}

func (r *Request) formPairs() (pairs []werkzeug.Pair) {
	r.src.Must(func() (err error) { pairs, err = r.src.FormPairs(); return err })
	return pairs
}

func multiDict(pairs []werkzeug.Pair) jinja.Value {
	m := datastruct.NewMultiDict()
	for _, p := range pairs {
		m.Add(p.Name, jinja.String(p.Value))
	}
	return jinja.ValueOf(m)
}

func (r *Request) multi(name string) *datastruct.MultiDict {
	v, _ := r.object(name)
	return v.Any().(*datastruct.MultiDict)
}

// readJSON reads the body as JSON. With force its type is not asked for.
func (r *Request) readJSON(force bool) (v jinja.Value, err error) {
	err = r.src.JSON(force, func(data []byte) (err error) { v, err = jinja.DecodeJSON(data); return err })
	return v, err
}

func (r *Request) getJSON(_ jinja.State, args jinja.Args) (jinja.Value, error) {
	in, err := args.Bind("get_json", jinja.Param{Name: "force", Default: jinja.False},
		jinja.Param{Name: "silent", Default: jinja.False}, jinja.Param{Name: "cache", Default: jinja.True})
	if err != nil {
		return jinja.None, err
	}
	v, err := r.readJSON(jinja.Truth(in[0]))
	if err != nil && jinja.Truth(in[1]) {
		return jinja.None, nil
	}
	return v, err
}

func (r *Request) date(header string) jinja.Value {
	t, err := http.ParseTime(r.header(header))
	if err != nil {
		return jinja.None
	}
	return jinja.ValueOf(t.UTC())
}

// authorization is request.authorization without what proves who somebody is: no page
// has to show a password.
func authorization(header string) jinja.Value {
	scheme, rest, _ := strings.Cut(header, " ")
	d := jinja.NewDict()
	switch scheme = strings.ToLower(scheme); scheme {
	case "basic":
		raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest))
		name, _, ok := strings.Cut(string(raw), ":")
		if err != nil || !ok || !utf8.Valid(raw) {
			return jinja.None
		}
		d.SetString("username", jinja.String(name))
	case "digest":
		_, params := werkzeug.Options("x;" + strings.ReplaceAll(rest, ",", ";"))
		if params["username"] == "" {
			return jinja.None
		}
		for _, k := range []string{"username", "realm", "uri", "qop"} {
			if v, ok := params[k]; ok {
				d.SetString(k, jinja.String(v))
			}
		}
	default:
		return jinja.None
	}
	return jinja.ValueOf(&authorized{datastruct.Dict{Class: "Authorization", D: d}, scheme})
}

// authorized is request.authorization.
type authorized struct {
	datastruct.Dict
	scheme string
}

// Attr gives the type, the values and the methods of a dict.
func (a *authorized) Attr(name string) (jinja.Value, bool) {
	switch name {
	case "type":
		return jinja.String(a.scheme), true
	case "username", "realm", "uri", "qop":
		if v, ok := a.Item(jinja.String(name)); ok {
			return v, true
		}
		return jinja.None, true
	}
	return a.Dict.Attr(name)
}

// Repr is what Python prints: that of a dict.
func (a *authorized) Repr() string {
	text, _ := jinja.Repr(a.D.Value())
	return text
}
