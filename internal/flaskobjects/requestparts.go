package flaskobjects

import (
	"slices"

	"github.com/dewar-go/dewar/internal/werkzeug"
	"github.com/dewar-go/dewar/jinja"
)

// userAgent is request.user_agent. As in Flask nothing is read out of it, and
// so it is false in a condition: user_agent.string is the text.
type userAgent string

// Attr gives the text, and None for what Flask does not read out of it either.
func (u userAgent) Attr(name string) (jinja.Value, bool) {
	switch name {
	case "string":
		return jinja.String(string(u)), true
	case "to_header":
		return method("to_header", func() jinja.Value { return jinja.String(string(u)) }), true
	case "browser", "language", "platform", "version":
		return jinja.None, true
	}
	return jinja.Value{}, false
}

// String is the header.
func (u userAgent) String() string { return string(u) }

// Repr is what Python prints.
func (userAgent) Repr() string { return "<UserAgent None/None>" }

// Truth is that of Flask.
func (userAgent) Truth() bool { return false }

// TypeName is what messages call it.
func (userAgent) TypeName() string { return "UserAgent" }

// file is a file of request.files: what the client said of it. Its content is
// the view's to keep.
type file struct{ f werkzeug.File }

// Attr gives file.name.
func (f file) Attr(name string) (jinja.Value, bool) {
	kind := f.f.Header.Header.Get("Content-Type")
	switch name {
	case "filename":
		return jinja.String(f.f.Header.Filename), true
	case "name":
		return jinja.String(f.f.Name), true
	case "content_type":
		return jinja.String(werkzeug.Latin1(kind)), true
	case "mimetype":
		kind, _ = werkzeug.Options(kind)
		return jinja.String(kind), true
	case "mimetype_params":
		_, params := werkzeug.Options(kind)
		d := jinja.NewDict()
		for _, k := range sortedKeys(params) {
			d.SetString(k, jinja.String(params[k]))
		}
		return d.Value(), true
	case "content_length":
		return jinja.Int(0), true // of the part's header, which no browser sends
	}
	return jinja.Value{}, false
}

// Repr is what Python prints.
func (f file) Repr() string {
	name, _ := jinja.Repr(jinja.String(f.f.Header.Filename))
	kind, _ := jinja.Repr(jinja.String(werkzeug.Latin1(f.f.Header.Header.Get("Content-Type"))))
	return "<FileStorage: " + name + " (" + kind + ")>"
}

// Truth reports whether there is a file's name.
func (f file) Truth() bool { return f.f.Header.Filename != "" }

// TypeName is what messages call it.
func (file) TypeName() string { return "FileStorage" }

// rule is request.url_rule.
type rule Request

// String is the rule.
func (r *rule) String() string { return r.src.Rule() }

// Repr is what Python prints.
func (r *rule) Repr() string {
	text, _ := jinja.Repr(jinja.String(r.src.Rule()))
	methods := ""
	for i, m := range r.methods() {
		if i > 0 {
			methods += ", "
		}
		methods += m
	}
	return "<Rule " + text + " (" + methods + ") -> " + r.src.Endpoint() + ">"
}

// TypeName is what messages call it.
func (*rule) TypeName() string { return "Rule" }

// methods are those of the rule, OPTIONS included.
func (r *rule) methods() []string {
	list := slices.Clone(r.src.Matched().Allowed())
	if !slices.Contains(list, "OPTIONS") {
		list = append(list, "OPTIONS")
	}
	slices.Sort(list)
	return list
}

// Attr gives rule.name.
func (r *rule) Attr(name string) (jinja.Value, bool) {
	matched, text := r.src.Matched(), r.src.Rule()
	switch name {
	case "rule":
		return jinja.String(r.src.Rule()), true
	case "endpoint":
		return jinja.String(r.src.Endpoint()), true
	case "methods":
		return set(r.methods()), true
	case "arguments":
		var names []string
		for _, v := range matched.Variables() {
			names = append(names, v.Name)
		}
		for _, k := range sortedKeys(matched.Defaults) {
			if !slices.Contains(names, k) {
				names = append(names, k)
			}
		}
		return set(names), true
	case "defaults":
		if len(matched.Defaults) == 0 && r.src.Blueprint() == "" {
			return jinja.None, true
		}
		return jinja.ValueOf(matched.Defaults), true
	case "subdomain":
		return jinja.String(matched.Subdomain), true
	case "host":
		return orNone(matched.Host), true
	case "is_leaf":
		return jinja.Bool(text[len(text)-1] != '/'), true
	case "is_branch":
		return jinja.Bool(text[len(text)-1] == '/'), true
	case "build_only":
		return jinja.Bool(matched.BuildOnly), true
	case "alias":
		return jinja.Bool(matched.Alias), true
	case "websocket":
		return jinja.Bool(matched.WebSocket), true
	case "strict_slashes":
		return jinja.Bool(matched.StrictSlashes == nil || *matched.StrictSlashes), true
	case "merge_slashes":
		return jinja.Bool(matched.MergeSlashes == nil || *matched.MergeSlashes), true
	case "provide_automatic_options":
		return jinja.True, true
	case "redirect_to":
		return jinja.None, true
	}
	return jinja.Value{}, false
}

func set(names []string) jinja.Value {
	list := make([]jinja.Value, len(names))
	for i, n := range names {
		list[i] = jinja.String(n)
	}
	v, _ := jinja.NewSet(list...)
	return v
}

// method is a method without parameters.
func method(name string, f func() jinja.Value) jinja.Value {
	return jinja.NewFunc(name, func(_ jinja.State, args jinja.Args) (jinja.Value, error) {
		if _, err := args.Bind(name); err != nil {
			return jinja.None, err
		}
		return f(), nil
	})
}
