package dewar

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dewar-go/dewar/jinja"
)

// A TemplateFolder is one of [Config.TemplateFolders].
type TemplateFolder struct {
	// FS holds the templates, at its root.
	FS fs.FS
	// InsecureCompatEscaping escapes what its templates print as Jinja2 does,
	// the same five characters wherever it stands: a value in a script, a style,
	// a URL or an unquoted attribute can then run as code. Their scripts get no
	// nonce and their forms no token but what they write themselves. It is for
	// templates of a Flask application that are not ready yet.
	InsecureCompatEscaping bool
}

// A TemplateSyntax says how all templates of an app are written. The zero value of each
// field is Jinja's default.
type TemplateSyntax struct {
	// TrimBlocks removes the newline after a block tag, and LstripBlocks the white
	// space before one that begins its line.
	TrimBlocks, LstripBlocks bool
	// KeepTrailingNewline keeps the newline at the end of a template.
	KeepTrailingNewline bool
	// LineStatementPrefix begins a line that is a statement, and LineCommentPrefix a
	// comment up to the end of its line. Default: none.
	LineStatementPrefix, LineCommentPrefix string
	// Delimiters: "{%" and "%}", "{{" and "}}", "{#" and "#}".
	BlockStart, BlockEnd, VariableStart, VariableEnd, CommentStart, CommentEnd string
	// Undefined is how missing names behave: [jinja.Strict] is StrictUndefined.
	Undefined jinja.UndefinedMode
}

func (s TemplateSyntax) set(o *jinja.Options) {
	o.TrimBlocks, o.LstripBlocks, o.KeepTrailingNewline = s.TrimBlocks, s.LstripBlocks, s.KeepTrailingNewline
	o.LineStatementPrefix, o.LineCommentPrefix = s.LineStatementPrefix, s.LineCommentPrefix
	o.BlockStart, o.BlockEnd = s.BlockStart, s.BlockEnd
	o.VariableStart, o.VariableEnd = s.VariableStart, s.VariableEnd
	o.CommentStart, o.CommentEnd = s.CommentStart, s.CommentEnd
	o.Undefined = s.Undefined
}

// templateFolders lists the folders in the order in which they are searched.
func (a *App) templateFolders() (list []TemplateFolder) {
	if a.cfg.Templates != nil {
		list = append(list, TemplateFolder{FS: a.cfg.Templates})
	}
	list = append(list, a.cfg.TemplateFolders...)
	for _, s := range a.templateScopes() {
		if s.bp != nil && s.bp.opts.Templates != nil {
			list = append(list, TemplateFolder{FS: s.bp.opts.Templates})
		}
	}
	return slices.DeleteFunc(list, func(f TemplateFolder) bool { return f.FS == nil }) // reported by Config's check
}

// templateLoader searches the app's folders first, then those of the blueprints
// in the order in which they were registered.
func (a *App) templateLoader() (loaders jinja.Choice) {
	for _, f := range a.templateFolders() {
		loaders = append(loaders, jinja.FS(f.FS))
	}
	return loaders
}

// compatTemplate reports whether the folder that a template is found in is
// escaped as Jinja2 escapes.
func (a *App) compatTemplate(name string) bool {
	for _, f := range a.templateFolders() {
		if info, err := fs.Stat(f.FS, path.Clean(name)); err == nil && !info.IsDir() {
			return f.InsecureCompatEscaping
		}
	}
	return false
}

// installTranslations gives the functions of the extension i18n their messages,
// or makes each message its own translation.
func (a *App) installTranslations() {
	if slices.ContainsFunc(a.cfg.TemplateExtensions, func(x jinja.Extension) bool {
		return x == jinja.ExtensionI18n || strings.HasPrefix(string(x), "jinja2.ext.i18n") || strings.HasSuffix(string(x), "InternationalizationExtension")
	}) {
		a.env.InstallTranslations(a.cfg.TemplateTranslations)
	}
}

// extensionTags are the tags of the extensions that come with Jinja.
var extensionTags = map[string]string{
	"break": "ExtensionLoopControls", "continue": "ExtensionLoopControls",
	"trans": "ExtensionI18n", "pluralize": "ExtensionI18n", "debug": "ExtensionDebug",
}

// languageTags are those that are always there, which a template may only have
// in the wrong place.
var languageTags = []string{
	"for", "if", "elif", "else", "block", "extends", "print", "macro", "include", "from", "import", "set", "with",
	"autoescape", "call", "filter", "raw",
}

// tagHint names the setting that an unknown tag needs, "" for any other mistake.
func tagHint(message string) string {
	_, rest, found := strings.Cut(message, "Encountered unknown tag '")
	tag, _, closed := strings.Cut(rest, "'")
	switch extension := extensionTags[tag]; {
	case !found || !closed:
	case extension != "":
		return "the tag " + tag + " belongs to an extension: add jinja." + extension + " to Config.TemplateExtensions"
	case slices.Contains(languageTags, tag) || strings.HasPrefix(tag, "end"):
	default:
		return "a tag of an extension of your own is named in Config.TemplateTags"
	}
	return ""
}

// withTagHint adds the setting to the error of a template that does not compile.
func withTagHint(err error) error {
	var e *jinja.Error
	if errors.As(err, &e) {
		if hint := tagHint(e.Message); hint != "" {
			return fmt.Errorf("%w (%s)", err, hint)
		}
	}
	return err
}
