// Package jinja is Jinja2 for Go: templates written for Flask or any other
// user of Jinja2 3.1 render byte for byte as they do in Python, from Go
// values, compiled once and rendered without allocations.
//
// It stands alone: any net/http program can use it.
//
// # Use
//
// An [Environment] holds templates and what they see. It is made once:
//
//	//go:embed templates
//	var files embed.FS
//
//	sub, _ := fs.Sub(files, "templates")
//	env, err := jinja.New(jinja.Options{
//		Loader:     jinja.FS(sub),
//		Autoescape: jinja.SelectAutoescape("html", "htm", "xml", "xhtml", "svg"),
//	})
//
// A [Template] is found by name and rendered with variables, a map or a
// struct:
//
//	func page(w http.ResponseWriter, r *http.Request) {
//		t, err := env.GetTemplate("page.html")
//		if err == nil {
//			err = t.Render(w, map[string]any{"posts": posts})
//		}
//		if err != nil {
//			http.Error(w, "internal error", 500)
//			log.Print(err)
//		}
//	}
//
// Render writes nothing when there is an error. [Template.Stream] writes in pieces, [Template.Append] into a buffer.
// [Environment.FromString] compiles a template without a name, [Environment.CompileExpression] a single expression.
//
// All of these may be used by many goroutines. Add filters, tests and globals before the first render.
//
// # Autoescaping
//
// As in Jinja, nothing is escaped unless Options.Autoescape says so. [SelectAutoescape] decides by the template's name,
// [Always] escapes every template. Between tags five characters are escaped: & < > ' and ". Text that is safe already
// is a [markup.HTML] in Go, and the result of the filter safe in a template. Macros, blocks and {% set %} blocks return
// safe text where escaping is on.
//
// # Escaping by context
//
// Where escaping is on, an output is escaped for its place in the document: text, an attribute, a URL, a script, a
// style. The place is found when a template is compiled and costs nothing when it runs. In text, quoted attributes and
// allowed URLs the bytes are those of Jinja2. In a script
//
//	var user = {{ name }}, rows = {{ rows }};
//
// writes a quoted string and JSON. href="{{ url }}" accepts no address that may run a script. onclick="f('{{ name }}')"
// is escaped for both languages. A value that is not possible in its place becomes zZDewarZz. An output whose place is
// not known is an error of class EscapeError. It names the line and, when branches lead to different places, the
// branches.
//
// The types of package markup say where a string is safe; in other places it is escaped as text. The filter safe
// applies to the place of its output. Blocks, macros and included templates are escaped for the place that shows them.
//
// With Options.Nonce and Options.FormField the engine puts a nonce on the template's own scripts and styles, and a
// token into its own forms. Options.Escaping chooses [StrictContext], or [Compat] for Jinja2's five characters
// everywhere. docs/escaping.md has a table of all places.
//
// # Go values
//
// Templates read Go values as Python reads its own. The fields and methods of a struct are found by Go name, by jinja
// or json tag, and in snake_case: created_at finds CreatedAt. The fields of embedded structs are found too, pointers
// are followed, and a nil pointer is None. Maps are iterated in the order of their sorted keys, because Go's have none.
// A [Dict] keeps the order of insertion; {...} in a template makes one. Slices, arrays, iter.Seq, time.Time and
// time.Duration have the methods of their Python counterparts (items, append, strftime, isoformat, ...). A type may
// decide for itself by implementing [Attrer], [Itemer], [Iterable], [Lener], [Truther], [Caller] or [HTMLer].
//
// A method without arguments that is not called reads as its result, like a property in Python. It must have one
// result, or a result and an error, which fails the render. Two structs are compared by their method Equal, or by their
// primary key when fields have the tag bun:",pk" or gorm:"primaryKey".
//
// # Functions
//
// Filters, tests and globals are plain Go functions:
//
//	env.AddFilter("shout", func(s string, times int) string { ... })
//	env.AddTest("published", func(p *Post) bool { ... })
//	env.AddGlobal("url_for", func(st jinja.State, endpoint string, args map[string]any) (string, error) { ... })
//
// A first parameter of type [State] is the running template: State.Data returns the data of the render, State.Resolve a
// variable, State.Call calls a function. A last parameter of type map[string]any, *Dict or [Args] takes keyword
// arguments. An error as the last result ends the render. Functions in the native form, [Func], [Filter] and [Test],
// are called without conversions. Their State and Args are valid during the call only.
//
// What belongs to a request is passed with the render, as a [Run]:
//
//	buf, err := t.Append(buf, jinja.Run{Vars: vars, Globals: request.Lookup, Data: request, Ctx: r.Context()})
//
// Names are looked up in Vars, then with Globals, then among the globals of the template and of the environment. A
// template that is imported without context sees Globals, as it sees Flask's request, and not Vars.
//
// # Loaders
//
// A [Loader] finds templates by name: [FS] in a folder or an embed.FS, [Map] in memory, [LoaderFunc] with a function.
// [Prefix] puts loaders below prefixes. [Choice] asks several loaders in order, so that a theme can replace the
// templates of a program. Names are separated by slashes and cannot leave their folder. With Options.AutoReload a
// template that has changed is compiled again.
//
// # Extensions and tags
//
// Options.Extensions turns on what comes with Jinja: [ExtensionI18n], [ExtensionDo],
// [ExtensionLoopControls] and [ExtensionDebug]. A tag of your own is a [Tag], a Go
// function that parses it and returns the nodes to run instead.
//
// # Translations
//
// With [ExtensionI18n] templates have the tag trans and the functions gettext, ngettext, pgettext and npgettext.
// [Environment.InstallTranslations] sets where they look. Its functions get the running template, and so the request
// and its language. The command dewar extract, or [Environment.ExtractTranslations], collects the messages.
//
// # Streaming and values
//
// [Template.Stream] and [Template.Generate] return a page in pieces while it is made. With Options.Native,
// [Template.Native] returns a value instead of text, such as a number or a list. [Template.Module] returns the macros
// and variables of a template.
//
// # Errors
//
// An error is an [*Error] with the class and text of Jinja's or Python's exception, the template and the line.
// [Error.Detail] shows the source line with a caret, and the includes and parents through which the place was reached.
// errors.As finds the error of a Go function.
//
// [Environment.Check] finds many mistakes without rendering: unknown filters and templates, URLs that cannot be built,
// blocks that override nothing and, where the variables of a template are declared, names and attributes that do not
// exist.
//
// # Undefined values
//
// A missing name or attribute is an undefined value. It prints nothing, is empty and false, and any other use fails.
// Options.Undefined chooses [Chainable], [Debug] or [Strict] instead. Options.UndefinedLog reports each use.
//
// # Templates of strangers
//
// Options.Sandboxed refuses attributes that begin with an underscore and functions marked unsafe. Options.Immutable
// also refuses to change lists, sets and mappings. [Limits] bound the output, loop iterations, recursion, and the size
// of what filters and operators make. Run.Ctx bounds the time. With all of them set, a hostile template ends with an
// error. Pass plain data to such a template: the sandbox does not control what a method of a Go value does.
//
// # What differs from Jinja
//
// There is no asynchronous mode and no bytecode cache. A module that is imported without context is shared by all
// renders when it is immutable. One that holds a namespace or a list, or whose top level looks a name up, is made for
// each render, so that requests cannot see each other's state. Integers have at most 64 Kbit. Recursion is an error
// 1,000 levels deep.
//
// The names of characters (\N{BULLET}) are a syntax error: write the character or its number. Python's SyntaxErrors do
// not name the line of the code that Jinja2 generates. Some errors name the line of their own tag where Jinja2 names
// that of the tag before: errors in the values of with, in an assignment to what is no namespace, and in the value of
// autoescape. Where outputs are escaped by their place, an include without context within a capture stays in the
// capture.
package jinja
