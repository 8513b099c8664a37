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
// Render writes nothing when there is an error, so a page is whole or absent.
// [Template.Stream] writes in pieces, [Template.Append] into a buffer of the
// caller's. [Environment.FromString] compiles a template that has no name,
// [Environment.CompileExpression] a single expression.
//
// All of these are safe for use by many goroutines. Filters, tests and globals
// are to be added before the first render.
//
// # Autoescaping
//
// As in Jinja, nothing is escaped unless Options.Autoescape says so; with
// [SelectAutoescape] it goes by the template's name, with [Always] it is always
// on. Between tags five characters are escaped: & < > ' and ". Text that is safe already is
// a [markup.HTML] in Go and what the filter safe returns in a template. Macros,
// blocks and {% set %} blocks give safe text where escaping is on.
//
// # Escaping by context
//
// Where escaping is on, an output is escaped for the place in the document where it
// stands: text, an attribute, a URL, a script, a style. What that is is found out
// when a template is compiled, so that it costs nothing later. Text, quoted
// attributes and allowed URLs are the same bytes as Jinja2's. In a script
//
//	var user = {{ name }}, rows = {{ rows }};
//
// writes a quoted string and JSON, href="{{ url }}" takes no address that may
// run a script, and onclick="f('{{ name }}')" is escaped for both languages. A
// value that a place cannot take becomes zZDewarZz; an output in a place that
// cannot be told is an error of class EscapeError, which names the line and,
// where branches lead to different places, the branches.
//
// The types of package markup say where a string is safe; each is text in all
// other places. The filter safe speaks for the place where it stands. Blocks,
// macros and included templates are escaped for the place that shows them.
//
// Options.Nonce and Options.FormField let the engine put a nonce on the
// template's own scripts and styles, and a token into its own forms.
// Options.Escaping chooses [StrictContext], or [Compat] for Jinja2's five
// characters everywhere. docs/escaping.md has the table of all places.
//
// # Go values
//
// Templates read Go values as Python reads its own. A struct's fields and
// methods are found by Go name, by jinja or json tag and in snake_case:
// created_at finds CreatedAt. Embedded structs are flattened, pointers
// followed, a nil pointer is None. Maps iterate in the order of their sorted
// keys, since Go's have none; [Dict] keeps the order of insertion and is what
// {...} makes in a template. Slices, arrays, iter.Seq, time.Time and
// time.Duration have the methods of their Python counterparts (items, append,
// strftime, isoformat, ...). A type may decide for itself by implementing
// [Attrer], [Itemer], [Iterable], [Lener], [Truther], [Caller] or [HTMLer].
//
// A method without arguments reads as its result where it is not called, as a
// property does in Python: one with one result, or with a result and an error, which
// fails the render. Two structs are equal by a method Equal, or by their primary key
// when fields are tagged bun:",pk" or gorm:"primaryKey".
//
// # Functions
//
// Filters, tests and globals are plain Go functions:
//
//	env.AddFilter("shout", func(s string, times int) string { ... })
//	env.AddTest("published", func(p *Post) bool { ... })
//	env.AddGlobal("url_for", func(st jinja.State, endpoint string, args map[string]any) (string, error) { ... })
//
// A first parameter of type [State] is the running template: State.Data gives
// what the render was given, State.Resolve a variable, State.Call a callable.
// A last parameter of type map[string]any, *Dict or [Args] takes keyword
// arguments. An error as the last result ends the render. Functions in the
// native form, [Func], [Filter] and [Test], are called without conversions;
// the State and Args that a function gets are valid during the call only.
//
// What belongs to a request goes with the render, as [Run]:
//
//	buf, err := t.Append(buf, jinja.Run{Vars: vars, Globals: request.Lookup, Data: request, Ctx: r.Context()})
//
// Names are looked up in Vars, then with Globals, then among the globals of
// the template and of the environment. A template that is imported without
// context sees Globals, as it sees Flask's request, but not Vars.
//
// # Loaders
//
// A [Loader] finds templates by name: [FS] in a folder or an embed.FS, [Map] in
// memory, [LoaderFunc] by a function. [Prefix] puts loaders below names of their own, and
// [Choice] asks one after the other, so that a theme can replace what a program
// brings along. Names are slash-separated and cannot leave their folder. With
// Options.AutoReload a template that has changed is compiled again.
//
// # Extensions and tags
//
// Options.Extensions turns on what comes with Jinja: [ExtensionI18n], [ExtensionDo],
// [ExtensionLoopControls] and [ExtensionDebug]. A tag of your own is a [Tag], a Go
// function that parses it and returns the nodes to run instead.
//
// # Translations
//
// With [ExtensionI18n] templates have the trans tag and gettext, ngettext, pgettext and
// npgettext; [Environment.InstallTranslations] says where they look, with the
// running template at hand and so the request and its language. The command dewar
// extract, or [Environment.ExtractTranslations], collects the messages.
//
// # Streaming and values
//
// [Template.Stream] and [Template.Generate] give a page in pieces while it is made.
// With Options.Native, [Template.Native] gives a value instead of text: a number, a
// list, whatever the template computes. [Template.Module] gives Go the macros and
// variables of a template.
//
// # Errors
//
// An error is an [*Error] with the class and text that Jinja or Python would
// raise, the template, line and source line; [Error.Detail] shows them with a
// caret and with the includes and parents through which the place was
// reached. The error of a Go function is found by errors.As.
//
// [Environment.Check] finds many mistakes without rendering: unknown filters and
// templates, URLs that cannot be built, blocks that override nothing and, where
// the variables of a template are declared, names and attributes that are not
// there.
//
// # Undefined values
//
// A missing name or attribute is an undefined value: it prints nothing, is
// empty and false, and fails when it is used otherwise. Options.Undefined
// chooses [Chainable], [Debug] or [Strict] instead, Options.UndefinedLog
// reports each use.
//
// # Templates of strangers
//
// Options.Sandboxed refuses attributes that begin with an underscore and
// functions marked unsafe; Options.Immutable forbids to change lists, sets and
// mappings as well. [Limits] bound the output, loop iterations, recursion and
// the size of what filters and operators make, and Run.Ctx bounds the time: with
// all of them set, a hostile template ends with an error. Give such a template
// plain data: what a method of a Go value does is its own affair.
//
// # What differs from Jinja
//
// There is no asynchronous mode and no bytecode cache. A module that is imported without
// context is shared by all renders only while it is immutable; one that holds a
// namespace or a list, or whose top level looks a name up, is made for each
// render, so that requests cannot see each other's state. Integers have
// at most 64 Kbit, and recursion is an error 1,000 levels deep.
//
// The names of characters (\N{BULLET}) are a syntax error: write the character
// or its number. Python's SyntaxErrors come without the line of the code that
// Jinja2 generates, and an error in the values of with, in assigning to what is no
// namespace or in the value of autoescape names the line of that tag, where
// Jinja2 names the one of the tag before. Where outputs are escaped by their
// place, an include without context inside a capture stays in it.
package jinja
