package check

import (
	"errors"
	"reflect"
	"slices"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/compile"
)

// Config describes the environment whose templates are checked.
type Config struct {
	// Tree parses the template called name for the template parent, or for the check itself when parent is "". It fails
	// when the template is missing or does not parse.
	Tree func(name, parent string) (*ast.Template, error)
	// Compile compiles a template that parses. Nil: nothing is compiled.
	Compile func(name string) error
	// Filter, Test and Global report whether the environment has one of that name.
	Filter, Test, Global func(name string) bool
	// Filters and Tests list the names, for hints.
	Filters, Tests func() []string
	// Missing reports whether an error of Tree means that there is no such template.
	Missing func(error) bool
	// Describe returns the rule, text and place of a finding for an error of Tree or Compile.
	Describe func(error) (rule, message string, line, column int)

	// URLFunction is the name of the function that builds URLs. URL judges a call. Nil: calls are not judged.
	URLFunction string
	URL         func(URLCall) error
	// Names are known in every template besides globals. Open says that there may be other names.
	Names []string
	Open  bool
	// Absent says why one of Names does not have an attribute, "" when it may.
	Absent func(path []string) string
	// Vars are the declared variables by template.
	Vars map[string]Vars
	// Strict makes undefined names and attributes errors instead of warnings.
	Strict bool
}

// Vars are the declared variables of a template: the fields and methods of Struct, and Names. A type that is nil is
// unknown. Open says that there are others.
type Vars struct {
	Struct reflect.Type
	Names  map[string]reflect.Type
	Open   bool
}

// URLCall is a call of the function that builds URLs.
type URLCall struct {
	Endpoint string
	Args     []URLArg
	Open     bool // **values may add more arguments
}

// URLArg is a named argument. Value is set when the argument is a constant.
type URLArg struct {
	Name  string
	Value any
	Const bool
}

// checker is one run of the check.
type checker struct {
	Config
	loaded   map[string]*template // by name
	findings []Finding
}

// Run checks the named templates. The templates that they refer to are loaded, but checked only by the second pass.
func Run(c Config, names []string) []Finding {
	k := &checker{Config: c, loaded: map[string]*template{}}
	for _, name := range names {
		t := k.load(name, "")
		if t.err != nil {
			rule, message, line, column := k.Describe(t.err)
			k.findings = append(k.findings, Finding{Rule: rule, Severity: Error, Template: name, Line: line, Column: column, Message: message})
			continue
		}
		w := &walker{checker: k, t: t}
		w.template()
		w.compile()
	}
	for _, name := range names {
		if vars, ok := k.Vars[name]; ok {
			if t := k.load(name, ""); t.err == nil {
				k.follow(t, vars)
			}
		}
	}
	return Sorted(k.findings)
}

// Soften turns errors into warnings in templates that cannot be rendered. Those in rendered can, and the templates that
// they reach through parents, includes and imports.
func Soften(c Config, findings []Finding, rendered []string) {
	k := &checker{Config: c, loaded: map[string]*template{}}
	reached := map[string]bool{}
	queue := slices.Clone(rendered)
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		if reached[name] {
			continue
		}
		reached[name] = true
		if t := k.load(name, ""); t.err == nil {
			queue = append(queue, k.references(t)...)
		}
	}
	for i := range findings {
		if f := &findings[i]; f.Severity >= Error && !reached[f.Template] {
			f.Severity = Warning
		}
	}
}

// references lists the templates that t names as constants.
func (k *checker) references(t *template) (list []string) {
	ast.Walk(t.tree, func(n ast.Node) bool {
		var e ast.Expr
		switch n := n.(type) {
		case *ast.Extends:
			e = n.Template
		case *ast.Include:
			e = n.Template
		case *ast.Import:
			e = n.Template
		case *ast.FromImport:
			e = n.Template
		default:
			return true
		}
		names, _, _ := namesOf(e)
		for _, name := range names {
			if name != "" {
				list = append(list, k.load(name, t.name).name)
			}
		}
		return true
	})
	return list
}

// report adds a finding at a node.
func (k *checker) report(t *template, n ast.Node, rule string, severity Severity, message, hint string) {
	k.findings = append(k.findings, Finding{
		Rule: rule, Severity: severity, Template: t.name, Line: n.Line(), Column: n.Column(), Message: message, Hint: hint,
	})
}

// load parses a template once.
func (k *checker) load(name, parent string) *template {
	key := name
	if parent != "" {
		key = parent + "\x00" + name // Options.JoinPath may depend on the parent
	}
	if t := k.loaded[key]; t != nil {
		return t
	}
	tree, err := k.Tree(name, parent)
	t := &template{name: name, tree: tree, err: err}
	if err == nil {
		if tree.Name != "" {
			t.name = tree.Name
		}
		if have := k.loaded[t.name]; have != nil {
			t = have
		} else {
			t.index()
			k.loaded[t.name] = t
		}
	}
	k.loaded[key] = t
	return t
}

// compile reports what only compiling finds.
func (w *walker) compile() {
	if w.Compile == nil {
		return
	}
	err := w.Compile(w.t.name)
	if err == nil {
		return
	}
	var e *compile.Error
	if errors.As(err, &e) && w.known[e.Line] {
		return // the unknown filter or test on that line is reported already
	}
	rule, message, line, column := w.Describe(err)
	w.findings = append(w.findings, Finding{Rule: rule, Severity: Error, Template: w.t.name, Line: line, Column: column, Message: message})
}
