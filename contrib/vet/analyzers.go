package vet

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"
)

// sqlMethods are methods of database/sql, sqlx, pgx and bun that take the text of a statement.
var sqlMethods = []string{"Query", "QueryContext", "QueryRow", "QueryRowContext", "Exec", "ExecContext", "Prepare", "PrepareContext",
	"NewRaw", "Raw", "Where", "WhereOr", "OrderExpr", "ColumnExpr", "TableExpr", "GroupExpr", "Having", "SetExpr", "Get", "Select", "NamedExec", "Queryx"}

var sqlPackages = []string{"database/sql", "github.com/uptrace/bun", "github.com/jackc/pgx", "github.com/jmoiron/sqlx"}

func checkSQL(f *function, n ast.Node) {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return
	}
	o := f.callee(call)
	if o == nil || o.Pkg() == nil || o.Signature().Recv() == nil || !slices.Contains(sqlMethods, o.Name()) ||
		!slices.ContainsFunc(sqlPackages, func(p string) bool { return o.Pkg().Path() == p || strings.HasPrefix(o.Pkg().Path(), p+"/") }) {
		return
	}
	for _, arg := range call.Args {
		if b, ok := f.pass.TypesInfo.TypeOf(arg).Underlying().(*types.Basic); !ok || b.Info()&types.IsString == 0 {
			continue
		}
		if part := f.built(arg, nil); part != nil {
			f.report(part.Pos(), "the statement is put together with a value; write ? or $1 there and give the value as an argument")
		} else if f.input(arg) {
			f.report(arg.Pos(), "the visitor writes the statement")
		}
		return // what follows are arguments
	}
}

// markupKinds are the types of texts that are not escaped.
var markupKinds = []string{"HTML", "Attrs", "URL", "ResourceURL", "JS", "CSS", "JSON"}

func checkMarkup(f *function, n ast.Node) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 || !f.pass.TypesInfo.Types[call.Fun].IsType() {
		return
	}
	named, ok := types.Unalias(f.pass.TypesInfo.TypeOf(call)).(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return
	}
	pkg := named.Obj().Pkg().Path()
	if (pkg == root+"/markup" || pkg == "html/template") && slices.Contains(markupKinds, named.Obj().Name()) && f.input(call.Args[0]) {
		f.report(call.Pos(), "what the visitor wrote becomes %s.%s and is not escaped; leave the conversion out, or use markup.Format or contrib/sanitize", named.Obj().Pkg().Name(), named.Obj().Name())
	}
}

// optionTools run other programs, or write files, when an argument is an option.
var optionTools = []string{"git", "ssh", "tar", "curl", "wget", "find", "rsync", "scp", "zip", "ffmpeg", "convert"}

func checkExec(f *function, n ast.Node) {
	call, ok := n.(*ast.CallExpr)
	if !ok || !f.calls(call, "os/exec", "Command", "CommandContext") {
		return
	}
	args := call.Args
	if f.calls(call, "os/exec", "CommandContext") {
		args = args[1:]
	}
	name := f.text(args[0])
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	switch {
	case f.input(args[0]):
		f.report(args[0].Pos(), "the visitor chooses the program")
	case slices.Contains([]string{"sh", "bash", "zsh", "dash", "cmd", "cmd.exe", "powershell", "pwsh"}, name):
		for _, a := range args[1:] {
			if !f.fixed(a) {
				f.report(a.Pos(), "a shell reads a text that is put together; run the program itself, with its arguments")
				return
			}
		}
	case slices.Contains(optionTools, name):
		for _, a := range args[1:] {
			if f.text(a) == "--" {
				return
			}
			if f.input(a) {
				f.report(a.Pos(), "%s takes what the visitor wrote for an option when it begins with -; write \"--\" before it", name)
			}
		}
	}
}

var (
	tokenText = regexp.MustCompile(`^(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60,}|[sr]k_live_[A-Za-z0-9]{20,}|xox[baprs]-[A-Za-z0-9-]{20,}|AIza[\w-]{35})$|-----BEGIN [A-Z ]*PRIVATE KEY-----`)
	dsnText   = regexp.MustCompile(`^[a-z0-9+]+://[^:/@\s]+:([^@/\s]+)@([^/:?\s]+)`)
	fakeWord  = regexp.MustCompile(`(?i)^(\W.*|x+|\.+|password|passwd|pass|secret|changeme|user|example|%[sv])$`)
	reference = regexp.MustCompile(`^[a-z0-9+]+:`) // an address, which is looked at as such, or where a secret is
	keyField  = regexp.MustCompile(`(?i)(secret|password|passwd|token|apikey|privatekey|secretkey)s?$`)
)

func checkSecret(f *function, n ast.Node) {
	switch n := n.(type) {
	case *ast.BasicLit:
		text := f.text(n)
		if n.Kind != token.STRING {
			return
		}
		if tokenText.MatchString(text) {
			f.report(n.Pos(), "a credential stands in the source; read it with dewar.LoadConfig")
		} else if m := dsnText.FindStringSubmatch(text); m != nil && !fakeWord.MatchString(m[1]) && m[2] != "localhost" && m[2] != "127.0.0.1" && !strings.Contains(m[2], "example") {
			f.report(n.Pos(), "an address with its password stands in the source; read it with dewar.LoadConfig")
		}
	case *ast.CallExpr:
		if f.calls(n, root, "NewSecret") || f.calls(n, root+"/config", "NewSecret") {
			if text := f.text(n.Args[0]); text != "" && !reference.MatchString(text) {
				f.report(n.Pos(), "a secret stands in the source: whoever reads that signs as this app; read it with dewar.LoadConfig")
			}
		}
	case *ast.KeyValueExpr:
		key, ok := n.Key.(*ast.Ident)
		field, isVar := f.pass.TypesInfo.ObjectOf(keyOr(key)).(*types.Var)
		if value := f.text(n.Value); ok && isVar && field.IsField() && keyField.MatchString(key.Name) && len(value) >= 8 && !strings.Contains(value, " ") && !fakeWord.MatchString(value) && strings.ContainsAny(value, "0123456789") {
			f.report(n.Value.Pos(), "a secret stands in the source as %s; read it with dewar.LoadConfig", key.Name)
		}
	}
}

func keyOr(id *ast.Ident) *ast.Ident {
	if id == nil {
		return &ast.Ident{}
	}
	return id
}

func (f *function) isTLSConfig(e ast.Expr) bool {
	t := f.pass.TypesInfo.TypeOf(e)
	return t != nil && strings.TrimPrefix(t.String(), "*") == "crypto/tls.Config"
}

func checkTLS(f *function, n ast.Node) {
	const text = "the server's certificate is not verified: anyone on the way is the server; give RootCAs"
	isTrue := func(e ast.Expr) bool {
		tv := f.pass.TypesInfo.Types[e]
		return tv.Value != nil && tv.Value.String() == "true"
	}
	switch n := n.(type) {
	case *ast.CompositeLit:
		if !f.isTLSConfig(n) {
			return
		}
		var off ast.Node
		for _, e := range n.Elts {
			kv, ok := e.(*ast.KeyValueExpr)
			if !ok {
				continue
			}
			switch key, _ := kv.Key.(*ast.Ident); keyOr(key).Name {
			case "VerifyConnection":
				return // it looks at the certificate itself
			case "InsecureSkipVerify":
				if isTrue(kv.Value) {
					off = kv
				}
			case "MinVersion":
				if v := f.text(kv.Value); v != "" && v < "771" { // TLS 1.2, RFC 5246
					f.report(kv.Pos(), "TLS before 1.2 is taken; leave MinVersion out")
				}
			}
		}
		if off != nil {
			f.report(off.Pos(), text)
		}
	case *ast.AssignStmt:
		for i, to := range n.Lhs {
			if s, ok := to.(*ast.SelectorExpr); ok && s.Sel.Name == "InsecureSkipVerify" && f.isTLSConfig(s.X) && i < len(n.Rhs) && isTrue(n.Rhs[i]) {
				f.report(n.Pos(), text)
			}
		}
	}
}

// setsHeader returns the value when a call sets the header of a response.
func (f *function) setsHeader(call *ast.CallExpr, header string) ast.Expr {
	receiver, name, onContext := f.method(call)
	if receiver == nil || len(call.Args) != 2 || !strings.EqualFold(f.text(call.Args[0]), header) {
		return nil
	}
	if onContext && name == "SetHeader" || receiver.String() == "net/http.Header" && (name == "Set" || name == "Add") {
		return call.Args[1]
	}
	return nil
}

func checkCookie(f *function, n ast.Node) {
	if call, ok := n.(*ast.CallExpr); ok && f.inView() && (f.calls(call, "net/http", "SetCookie") || f.setsHeader(call, "Set-Cookie") != nil) {
		f.report(call.Pos(), "the cookie gets none of the app's flags (Secure, HttpOnly, SameSite); use Context.SetCookie")
	}
}

func checkDropped(f *function, n ast.Node) {
	s, ok := n.(*ast.ExprStmt)
	if !ok {
		return
	}
	call, ok := s.X.(*ast.CallExpr)
	if !ok {
		return
	}
	o := f.callee(call)
	if o == nil || o.Pkg() == nil || o.Pkg().Path() != root && !strings.HasPrefix(o.Pkg().Path(), root+"/") {
		return
	}
	results := o.Signature().Results()
	if results.Len() > 0 && results.At(results.Len()-1).Type().String() == "error" && f.inView() {
		f.report(call.Pos(), "the error of %s is dropped: the visitor gets an empty answer, or half of one; return it", o.Name())
	}
}

func checkClient(f *function, n ast.Node) {
	const text = "in a view this asks any address, without a limit of time; use package outbound"
	switch n := n.(type) {
	case *ast.CallExpr:
		if o := f.callee(n); o != nil && o.Signature().Recv() == nil && f.calls(n, "net/http", "Get", "Post", "PostForm", "Head") && f.inView() {
			f.report(n.Pos(), "http.%s: %s", o.Name(), text)
		}
	case *ast.SelectorExpr:
		if o, ok := f.pass.TypesInfo.Uses[n.Sel].(*types.Var); ok && o.Pkg() != nil && o.Pkg().Path() == "net/http" && o.Name() == "DefaultClient" && f.inView() {
			f.report(n.Pos(), "http.DefaultClient: %s", text)
		}
	case *ast.CompositeLit:
		t := f.pass.TypesInfo.TypeOf(n)
		hasTimeout := slices.ContainsFunc(n.Elts, func(e ast.Expr) bool {
			kv, ok := e.(*ast.KeyValueExpr)
			key, _ := kvKey(kv, ok).(*ast.Ident)
			return keyOr(key).Name == "Timeout"
		})
		if t != nil && t.String() == "net/http.Client" && !hasTimeout && f.inView() {
			f.report(n.Pos(), "an http.Client without Timeout: %s", text)
		}
	}
}

func kvKey(kv *ast.KeyValueExpr, ok bool) ast.Expr {
	if !ok {
		return nil
	}
	return kv.Key
}

func checkRedirect(f *function, n ast.Node) {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return
	}
	var to ast.Expr
	switch _, name, onContext := f.method(call); {
	case onContext && name == "RedirectExternal" && len(call.Args) == 1:
		to = call.Args[0]
	case f.calls(call, "net/http", "Redirect") && len(call.Args) == 4:
		to = call.Args[2]
	default:
		to = f.setsHeader(call, "Location")
	}
	if to != nil && f.input(to) && !f.onSite(to) {
		f.report(to.Pos(), "the visitor's browser is sent wherever the link says; use Redirect(dewar.Path(…)), which stays on the site")
	}
}

// onSite reports whether the program writes the beginning of an address, up to the end of the host.
func (f *function) onSite(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.BinaryExpr:
		first := e.X
		for b, ok := ast.Unparen(first).(*ast.BinaryExpr); ok; b, ok = ast.Unparen(first).(*ast.BinaryExpr) {
			first = b.X
		}
		text := f.text(first)
		if text == "" {
			id, ok := first.(*ast.Ident)
			return !f.input(first) || ok && f.appends(id)
		}
		_, rest, absolute := strings.Cut(text, "://")
		return absolute && strings.ContainsAny(rest, "/?#") || !absolute && len(text) > 1 && text[0] == '/' && text[1] != '/' && text[1] != '\\'
	case *ast.Ident:
		return f.appends(e)
	}
	return false
}

// appends reports whether input comes into a variable behind what the program wrote there alone.
func (f *function) appends(id *ast.Ident) bool {
	o := f.pass.TypesInfo.ObjectOf(id)
	for _, given := range f.assigns[o] {
		b, ok := given.(*ast.BinaryExpr)
		if ok {
			if own, same := b.X.(*ast.Ident); same && f.pass.TypesInfo.ObjectOf(own) == o {
				continue // what is added to the end
			}
		}
		if f.input(given) && !f.onSite(given) {
			return false
		}
	}
	return !f.bound[o]
}

func checkEscape(f *function, n ast.Node) {
	const text = "the Context is used after its request has ended; take what is needed out of it before, or use package tasks"
	switch n := n.(type) {
	case *ast.GoStmt:
		if !f.waits() && f.usesContext(n.Call) {
			f.report(n.Pos(), text)
		}
	case *ast.CallExpr:
		if f.calls(n, "time", "AfterFunc") && f.usesContext(n) {
			f.report(n.Pos(), text)
		}
	case *ast.SendStmt:
		if isContext(f.pass.TypesInfo.TypeOf(n.Value)) {
			f.report(n.Pos(), text)
		}
	case *ast.AssignStmt:
		for i, to := range n.Lhs {
			id, ok := to.(*ast.Ident)
			if !ok || i >= len(n.Rhs) || !isContext(f.pass.TypesInfo.TypeOf(n.Rhs[i])) {
				continue
			}
			if o := f.pass.TypesInfo.ObjectOf(id); o != nil && o.Parent() == f.pass.Pkg.Scope() {
				f.report(n.Pos(), text)
			}
		}
	}
}

// usesContext reports whether a Context from outside is used in a call and the function literals in it.
func (f *function) usesContext(call *ast.CallExpr) (found bool) {
	ast.Inspect(call, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			o, isVar := f.pass.TypesInfo.Uses[id].(*types.Var)
			found = found || isVar && isContext(o.Type()) && (o.Pos() < call.Pos() || o.Pos() > call.End())
		}
		return !found
	})
	return found
}

// waits reports whether the function around waits for what it starts, as with a WaitGroup, or reads a channel.
func (f *function) waits() (found bool) {
	for i := len(f.parents) - 1; i >= 0 && !found; i-- {
		switch fn := f.parents[i].(type) {
		case *ast.FuncDecl, *ast.FuncLit:
			ast.Inspect(fn, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.GoStmt:
					return false
				case *ast.CallExpr:
					s, ok := n.Fun.(*ast.SelectorExpr)
					found = found || ok && s.Sel.Name == "Wait"
				case *ast.UnaryExpr:
					found = found || n.Op == token.ARROW
				}
				return !found
			})
			return found
		}
	}
	return found
}
