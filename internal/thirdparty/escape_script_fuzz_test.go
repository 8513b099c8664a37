package thirdparty

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"

	"github.com/dewar-go/dewar/jinja"
)

// program makes scripts of the grammar of ECMAScript. § is where an output goes.
type program struct {
	*rand.Rand
	deep int
}

func (p *program) pick(list ...string) string { return list[p.IntN(len(list))] }

// space is what may stand between tokens.
func (p *program) space() string {
	return p.pick("", " ", " ", " ", "\n", "\t", " /* ' */ ", " /* § */", " // \" /\n", " // §\n", "\u00a0", "\ufeff", "\u2028")
}

func (p *program) name() string {
	return p.pick("a", "b", "f", "$", "of", "let", "get", "async", "from", "static", "yield1", "inner", "\u00e9", "a§", "re§", "data§")
}

func (p *program) property() string {
	return p.pick("a", "b", "return", "in", "typeof", "if", "of", "yield", "default", "new", "§", "a§", "while")
}

func (p *program) primary() string {
	if p.deep > 4 {
		return p.pick("a", "1", "§")
	}
	p.deep++
	defer func() { p.deep-- }()
	switch p.IntN(22) {
	case 0, 1:
		return p.name()
	case 2, 3:
		return p.pick("1", "0", "1.", "1.5", ".5", "0.", "1e5", "1e+5", "1.e-2", "0x1f", "0b1", "1_0", "1n", "12345678901234567890.")
	case 4:
		return p.pick("'a'", `"b"`, `'\''`, `"\\"`, "'/'", "'§'", `"§"`, `"a§b"`, "'//§'")
	case 5:
		return "`" + p.pick("", "a", "\\`", "$", "§", "'") + "${" + p.expr() + "}" + p.pick("", "b", "/", "§") + "`"
	case 6, 7:
		return p.pick("/a/", "/a'/g", "/[/'\"]/i", "/\\//", "/=/", "/(/)/", "/§/", "/a§b/g", "/[a]§/")
	case 8, 9:
		return "(" + p.space() + p.expr() + p.space() + ")"
	case 10:
		return "[" + p.expr() + ", ..." + p.expr() + "]"
	case 11:
		return "({" + p.property() + ": " + p.expr() + p.pick("", ", if(a) {}", ", get b() {"+p.statement()+"}", ", [a]: 1", ", '§': 1") + "})"
	case 12:
		return "function " + p.pick("", "g") + "(a) {" + p.statement() + " return " + p.expr() + "}"
	case 13:
		return p.pick("a", "(a)", "(a, b)", "async (a)", "async a") + " =>" + p.space() + p.pick("{"+p.statement()+"}", "("+p.expr()+")")
	case 14:
		return "new " + p.pick("a", "a.b", "a.§", "(a)") + p.pick("", "(", "(")[:0] + "(" + p.expr() + ")"
	case 15:
		return "class " + p.pick("", "extends a ", "extends /b/.c ") + "{" + p.pick("", "a = "+p.expr()+";", "if() {}", "#in = 1;", "static {"+p.statement()+"}") + "}"
	case 16:
		return p.pick("this", "null", "true", "import.meta", "new.target")
	default:
		return "§"
	}
}

func (p *program) postfix() string {
	s := p.primary()
	for range p.IntN(3) {
		switch p.IntN(7) {
		case 0:
			s += p.space() + "." + p.space() + p.property()
		case 1:
			s += p.pick("?.", "?. ") + p.property()
		case 2:
			s += "[" + p.expr() + "]"
		case 3, 4:
			s += p.space() + "(" + p.expr() + ")"
		case 5:
			s += p.pick("++", "--", " ++", "!"[:0])
		case 6:
			s += "?." + "[" + p.expr() + "]"
		}
	}
	return s
}

func (p *program) unary() string {
	return p.pick("", "", "", "", "", "-", "+", "!", "~", "typeof ", "void ", "delete ", "await ", "yield ", "++", "--", "- -", "+ +") + p.postfix()
}

func (p *program) expr() string {
	if p.deep > 4 {
		return p.primary()
	}
	p.deep++
	defer func() { p.deep-- }()
	s := p.unary()
	for range p.IntN(3) {
		s += p.space() + p.pick("/", "/", "/", "/=", "+", "-", "*", "<", ">", "%", "==", "&&", " in ", " instanceof ", ", ", "=", "? a :", "?.5:", "<!--", "??") + p.space() + p.unary()
	}
	return s
}

func (p *program) statement() string {
	if p.deep > 4 {
		return ";"
	}
	p.deep++
	defer func() { p.deep-- }()
	switch p.IntN(22) {
	case 0, 1, 2:
		return p.expr() + p.pick(";", "\n", "\n--> '\n", "\n/* a */ --> '\n")
	case 3:
		return p.pick("var ", "let ", "const ") + p.pick("a", "v§", "§", "{a}", "[a]") + " = " + p.expr() + p.pick(";", "\n")
	case 4:
		return "if" + p.space() + "(" + p.expr() + ")" + p.space() + p.statement() + p.pick("", "else "+p.statement())
	case 5:
		return "while (" + p.expr() + ") " + p.statement()
	case 6:
		return "do " + p.statement() + " while (" + p.expr() + ")" + p.pick("", ";", "\n") + p.statement()
	case 7:
		return "for (" + p.pick("var a of ", "a in ", ";;", "let [a] of ") + p.expr() + ")" + p.space() + p.statement()
	case 8:
		return "{" + p.statement() + p.statement() + "}" + p.space() + p.statement()
	case 9:
		return "switch (" + p.expr() + ") { case " + p.expr() + ": " + p.statement() + " default: " + p.statement() + "}" + p.statement()
	case 10:
		return "try {" + p.statement() + "} catch (e) {" + p.statement() + "}" + p.statement()
	case 11:
		return "function " + p.pick("g", "g§", "*g") + "() {" + p.statement() + " return" + p.space() + p.expr() + "}" + p.space() + p.statement()
	case 12:
		return "a: " + p.statement()
	case 13:
		return p.pick("break", "continue", "debugger") + "\n" + p.statement()
	case 14:
		return "export default " + p.expr() + ";"
	case 15:
		return p.pick(`import a from "§";`, `import "b§";`, `import {a as b} from './§.js';`, "export * from '/§';", "import § from 'a';")
	case 16:
		return "import(" + p.space() + p.pick(p.expr(), "§", "'§'", "`./§`") + ");"
	case 17:
		return "with (a) " + p.statement()
	case 18:
		return "throw " + p.expr() + ";"
	default:
		return p.expr() + ";"
	}
}

// scriptValues are what the outputs print; each is tried against a calm one.
var scriptValues = []string{
	"-(alert(1))-", "/-alert(1)-/", `"-alert(1)-"`, `'-alert(1)-'`, "`-alert(1)-`", "${alert(1)}", ";alert(1)//", "*/alert(1)/*", "\nalert(1)\n", "\u2028alert(1)//",
	"\\", "\\'", "]/alert(1)/[", "+", "a", "alert", "(alert(1))", "",
}

// FuzzScripts makes scripts of random pieces, with an output among them: a parser of
// JavaScript must find the same program with hostile values as with a harmless one,
// but for what is in its literals.
func FuzzScripts(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed, "")
	}
	f.Fuzz(func(t *testing.T, seed uint64, input string) {
		r := &program{Rand: rand.New(rand.NewPCG(seed, 2))}
		var text strings.Builder
		for range 1 + r.IntN(3) {
			text.WriteString(r.statement())
		}
		if !strings.Contains(text.String(), "§") {
			return
		}
		script := strings.ReplaceAll(text.String(), "§", "{{ v }}")
		env, err := jinja.New(jinja.Options{Autoescape: jinja.Always})
		if err != nil {
			t.Fatal(err)
		}
		open, module := "<script>", r.IntN(3) == 0
		if module {
			open = "<script type=module>"
		}
		tmpl, err := env.FromString(open + script + "</script>")
		if err != nil {
			return // refused
		}
		render := func(v any) (string, bool) {
			page, err := tmpl.RenderString(map[string]any{"v": v})
			if err != nil {
				return "", false
			}
			return parsed(strings.TrimSuffix(strings.TrimPrefix(page, open), "</script>"))
		}
		for _, calm := range []any{"calm", 7} {
			want, ok := render(calm)
			if !ok {
				continue // no program, whatever the value
			}
			for _, v := range append(scriptValues, input) {
				got, ok := render(v)
				if ok && got != want {
					t.Errorf("%q\nwith %q is %s\nwith %q is %s", script, v, got, calm, want)
				}
			}
		}
	})
}

// parsed lists the kinds of the nodes of a script's tree, with the operators. The
// second result is false when it is no script.
func parsed(script string) (string, bool) {
	tree, err := js.Parse(parse.NewInputString(script), js.Options{})
	if err != nil {
		return "", false
	}
	var s shapes
	js.Walk(&s, tree)
	return strings.Join(s, " "), true
}

type shapes []string

func (s *shapes) Enter(n js.INode) js.IVisitor {
	switch n := n.(type) {
	case *js.BinaryExpr:
		*s = append(*s, n.Op.String())
	case *js.UnaryExpr:
		*s = append(*s, n.Op.String())
	default:
		*s = append(*s, fmt.Sprintf("%T", n))
	}
	return s
}

func (s *shapes) Exit(js.INode) {}
