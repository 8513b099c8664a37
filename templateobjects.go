package dewar

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
func (r templateRequest) object(name string) (jinja.Value, bool) {
	if v, ok := r.c.objects[name]; ok {
		return v, true
	}
	v, ok := r.newObject(name)
	if ok {
		if r.c.objects == nil {
			r.c.objects = map[string]jinja.Value{}
		}
		r.c.objects[name] = v
	}
	return v, ok
}

func (r templateRequest) newObject(name string) (jinja.Value, bool) {
	c := r.c
	switch name {
	case "args":
		r.sound(func() error { c.QueryValues(); return nil })
		return multiDict(c.form.queryPairs), true
	case "form":
		return multiDict(r.formPairs()), true
	case "values":
		parts := []*datastruct.MultiDict{r.multi("args")}
		if c.r.Method == http.MethodPost || c.r.Method == http.MethodPut || c.r.Method == http.MethodPatch {
			parts = append(parts, r.multi("form"))
		}
		return jinja.ValueOf(datastruct.Combine(parts...)), true
	case "files":
		r.formPairs()
		m := datastruct.NewMultiDict()
		for _, f := range c.form.files {
			m.Add(f.Name, jinja.ValueOf(templateFile{f}))
		}
		return jinja.ValueOf(m), true
	case "cookies":
		c.state.set(cookieRead)
		return multiDict(werkzeug.Cookies(c.r.Header["Cookie"])), true
	case "headers":
		h := &datastruct.Headers{}
		h.Add("Host", c.origin.Host)
		for _, name := range slices.Sorted(maps.Keys(c.r.Header)) {
			h.Add(name, r.header(name))
		}
		return jinja.ValueOf(h), true
	case "user_agent":
		return jinja.ValueOf(templateUserAgent(r.header("User-Agent"))), true
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
		if c.r.Header["X-Forwarded-For"] == nil && c.origin.Addr.IsValid() {
			list = append(list, jinja.String(c.origin.Addr.String()))
		}
		return jinja.ValueOf(&datastruct.List{Class: "ImmutableList", Items: list}), true
	case "json":
		var v jinja.Value
		r.sound(func() (err error) { v, err = r.readJSON(false); return err })
		return v, true
	case "get_json":
		return jinja.NewFunc("get_json", r.getJSON), true
	}
	return jinja.Value{}, false
}

// sound runs what reads the request. Its error ends the view, as in Flask; the page of
// an error shows what there is.
func (r templateRequest) sound(read func() error) {
	err := guardPanic(read)
	if err != nil && r.c.failed == nil {
		panic(abort{err})
	}
}

func (r templateRequest) formPairs() []werkzeug.Pair {
	if r.c.at.route != nil && r.c.at.route.stream {
		return nil // the view reads the body as it arrives
	}
	r.sound(func() error { _, err := r.c.FormValues(); return err })
	return r.c.form.pairs
}

func multiDict(pairs []werkzeug.Pair) jinja.Value {
	m := datastruct.NewMultiDict()
	for _, p := range pairs {
		m.Add(p.Name, jinja.String(p.Value))
	}
	return jinja.ValueOf(m)
}

func (r templateRequest) multi(name string) *datastruct.MultiDict {
	v, _ := r.object(name)
	return v.Any().(*datastruct.MultiDict)
}

// readJSON reads the body as JSON. With force its type is not asked for.
func (r templateRequest) readJSON(force bool) (jinja.Value, error) {
	if !force && !r.c.isJSON() {
		return jinja.None, &HTTPError{Code: http.StatusUnsupportedMediaType}
	}
	data, err := r.c.jsonData()
	if err != nil {
		return jinja.None, err
	}
	v, err := jinja.DecodeJSON(data)
	if err != nil {
		return jinja.None, badBind("json", "", err)
	}
	return v, nil
}

func (r templateRequest) getJSON(_ jinja.State, args jinja.Args) (jinja.Value, error) {
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

func (r templateRequest) date(header string) jinja.Value {
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
	return jinja.ValueOf(&templateAuthorization{datastruct.Dict{Class: "Authorization", D: d}, scheme})
}

// templateAuthorization is request.authorization.
type templateAuthorization struct {
	datastruct.Dict
	scheme string
}

// Attr gives the type, the values and the methods of a dict.
func (a *templateAuthorization) Attr(name string) (jinja.Value, bool) {
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
func (a *templateAuthorization) Repr() string {
	text, _ := jinja.Repr(a.D.Value())
	return text
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
