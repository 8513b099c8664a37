package dewar

import (
	"slices"

	"github.com/dewar-go/dewar/internal/werkzeug"
	"github.com/dewar-go/dewar/jinja"
)

// templateUserAgent is request.user_agent. As in Flask nothing is read out of it, and
// so it is false in a condition: user_agent.string is the text.
type templateUserAgent string

// Attr gives the text, and None for what Flask does not read out of it either.
func (u templateUserAgent) Attr(name string) (jinja.Value, bool) {
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
func (u templateUserAgent) String() string { return string(u) }

// Repr is what Python prints.
func (templateUserAgent) Repr() string { return "<UserAgent None/None>" }

// Truth is that of Flask.
func (templateUserAgent) Truth() bool { return false }

// TypeName is what messages call it.
func (templateUserAgent) TypeName() string { return "UserAgent" }

// templateFile is a file of request.files: what the client said of it. Its content is
// the view's to keep.
type templateFile struct{ f werkzeug.File }

// Attr gives file.name.
func (f templateFile) Attr(name string) (jinja.Value, bool) {
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
func (f templateFile) Repr() string {
	name, _ := jinja.Repr(jinja.String(f.f.Header.Filename))
	kind, _ := jinja.Repr(jinja.String(werkzeug.Latin1(f.f.Header.Header.Get("Content-Type"))))
	return "<FileStorage: " + name + " (" + kind + ")>"
}

// Truth reports whether there is a file's name.
func (f templateFile) Truth() bool { return f.f.Header.Filename != "" }

// TypeName is what messages call it.
func (templateFile) TypeName() string { return "FileStorage" }

// templateRule is request.url_rule.
type templateRule struct{ e *endpoint }

// String is the rule.
func (r templateRule) String() string { return r.e.rule }

// Repr is what Python prints.
func (r templateRule) Repr() string {
	text, _ := jinja.Repr(jinja.String(r.e.rule))
	methods := ""
	for i, m := range r.methods() {
		if i > 0 {
			methods += ", "
		}
		methods += m
	}
	return "<Rule " + text + " (" + methods + ") -> " + r.e.name + ">"
}

// TypeName is what messages call it.
func (templateRule) TypeName() string { return "Rule" }

// methods are those of the rule, OPTIONS included.
func (r templateRule) methods() []string {
	list := slices.Clone(r.e.routed.Allowed())
	if !slices.Contains(list, "OPTIONS") {
		list = append(list, "OPTIONS")
	}
	slices.Sort(list)
	return list
}

// Attr gives rule.name.
func (r templateRule) Attr(name string) (jinja.Value, bool) {
	rule := r.e.routed
	switch name {
	case "rule":
		return jinja.String(r.e.rule), true
	case "endpoint":
		return jinja.String(r.e.name), true
	case "methods":
		return set(r.methods()), true
	case "arguments":
		var names []string
		for _, v := range rule.Variables() {
			names = append(names, v.Name)
		}
		for _, k := range sortedKeys(rule.Defaults) {
			if !slices.Contains(names, k) {
				names = append(names, k)
			}
		}
		return set(names), true
	case "defaults":
		if len(rule.Defaults) == 0 && r.e.mount == nil {
			return jinja.None, true
		}
		return jinja.ValueOf(rule.Defaults), true
	case "subdomain":
		return jinja.String(rule.Subdomain), true
	case "host":
		return orNone(rule.Host), true
	case "is_leaf":
		return jinja.Bool(r.e.rule[len(r.e.rule)-1] != '/'), true
	case "is_branch":
		return jinja.Bool(r.e.rule[len(r.e.rule)-1] == '/'), true
	case "build_only":
		return jinja.Bool(rule.BuildOnly), true
	case "alias":
		return jinja.Bool(rule.Alias), true
	case "websocket":
		return jinja.Bool(rule.WebSocket), true
	case "strict_slashes":
		return jinja.Bool(rule.StrictSlashes == nil || *rule.StrictSlashes), true
	case "merge_slashes":
		return jinja.Bool(rule.MergeSlashes == nil || *rule.MergeSlashes), true
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
