package parse

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/lex"
)

// A goldenCase is one line of parse.json: what Jinja2 3.1.2 makes of a source.
type goldenCase struct {
	Source string          `json:"source"`
	Env    map[string]any  `json:"env"`
	Tree   [][]any         `json:"tree"`
	Error  json.RawMessage `json:"error"`
}

func (c goldenCase) options() (o lex.Options, x Extensions) {
	text := func(name string) string { s, _ := c.Env[name].(string); return s }
	flag := func(name string) bool { b, _ := c.Env[name].(bool); return b }
	o = lex.Options{
		BlockStart: text("block_start_string"), BlockEnd: text("block_end_string"),
		VariableStart: text("variable_start_string"), VariableEnd: text("variable_end_string"),
		CommentStart: text("comment_start_string"), CommentEnd: text("comment_end_string"),
		LineStatementPrefix: text("line_statement_prefix"), LineCommentPrefix: text("line_comment_prefix"),
		TrimBlocks: flag("trim_blocks"), LstripBlocks: flag("lstrip_blocks"),
		KeepTrailingNewline: flag("keep_trailing_newline"), NewlineSequence: text("newline_sequence"),
	}
	extensions, _ := c.Env["extensions"].([]any)
	for _, name := range extensions {
		switch name {
		case "i18n":
			x.I18n = &I18n{Newstyle: flag("newstyle"), Trimmed: flag("trimmed")}
		case "do":
			x.Do = true
		case "loopcontrols":
			x.LoopControls = true
		case "debug":
			x.Debug = true
		}
	}
	return o, x
}

// changed holds what Jinja2 3.1.6 answers where 3.1.2 answers otherwise.
var changed = map[string]string{
	"{% set a.b.c = d %}":                  `["TemplateSyntaxError", "expected token 'end of statement block', got '.'", 1]`,
	"{% trans %}{% trans %}{% endtrans %}": `["TemplateSyntaxError", "trans blocks can't be nested; did you mean ` + "`endtrans`" + `?", 1]`,
}

func TestGolden(t *testing.T) {
	for _, c := range goldens(t) {
		o, x := c.options()
		tree, err := Parse(c.Source, "", o, x)
		want := strings.TrimSpace(string(c.Error))
		if now, ok := changed[c.Source]; ok {
			want = now
		}
		if strings.Contains(want, `"SyntaxError"`) || strings.Contains(want, `"AttributeError"`) {
			if err == nil {
				t.Errorf("%q: no error; Python has one of its own: %s", c.Source, want)
			}
			continue // Python's own parser, by way of literal_eval
		}
		if err != nil {
			e := err.(*Error)
			var b bytes.Buffer
			enc := json.NewEncoder(&b)
			enc.SetEscapeHTML(false)
			enc.Encode([]any{e.Class, e.Message, e.Line})
			var got, wanted any
			json.Unmarshal(b.Bytes(), &got)
			json.Unmarshal([]byte(want), &wanted)
			if !reflect.DeepEqual(got, wanted) {
				t.Errorf("%q %v\n got %s\nwant %s", c.Source, c.Env, strings.TrimSpace(b.String()), want)
			}
			continue
		}
		if want != "" {
			t.Errorf("%q %v\n got a tree\nwant %s", c.Source, c.Env, want)
			continue
		}
		var got [][]any
		dump(&got, reflect.ValueOf(tree), 0, "")
		compareTrees(t, c, got)
	}
}

func goldens(t testing.TB) []goldenCase {
	f, err := os.Open("../../testdata/parse.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []goldenCase
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c goldenCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	if len(cases) < 1000 {
		t.Fatalf("%d cases", len(cases))
	}
	return cases
}

// compareTrees compares node by node. A line that Jinja2 does not know is not
// compared.
func compareTrees(t *testing.T, c goldenCase, got [][]any) {
	for i := range max(len(got), len(c.Tree)) {
		if i >= len(got) || i >= len(c.Tree) {
			t.Errorf("%q %v: %d nodes, want %d", c.Source, c.Env, len(got), len(c.Tree))
			return
		}
		want := c.Tree[i]
		if want[3] == nil {
			got[i][3] = nil
		}
		g, _ := json.Marshal(got[i])
		w, _ := json.Marshal(want)
		if !bytes.Equal(g, w) {
			t.Errorf("%q %v: node %d\n got %s\nwant %s", c.Source, c.Env, i, g, w)
			return
		}
	}
}

var posType = reflect.TypeFor[ast.Pos]()

// dump lists v and the nodes below it as parse.py does.
func dump(out *[][]any, v reflect.Value, depth int, field string) {
	for v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	node := v.Interface().(ast.Node)
	scalars := map[string]string{}
	*out = append(*out, []any{depth, field, ast.TypeName(node), node.Line(), scalars})
	dumpFields(out, v.Elem(), depth, scalars)
}

func dumpFields(out *[][]any, v reflect.Value, depth int, scalars map[string]string) {
	for i := range v.NumField() {
		f, value := v.Type().Field(i), v.Field(i)
		name := fieldName(f.Name)
		switch {
		case f.Type == posType:
		case f.Anonymous:
			dumpFields(out, value, depth, scalars)
		case v.Type() == reflect.TypeFor[ast.Const]():
			scalars[name] = constant(value.Interface())
		case v.Type() == reflect.TypeFor[ast.Template]() && f.Name == "Name":
		case value.Kind() == reflect.Slice && value.Type().Elem() == reflect.TypeFor[ast.ImportName]():
			var names []string
			for _, n := range value.Interface().([]ast.ImportName) {
				if n.As != n.Name {
					n.Name += " as " + n.As
				}
				names = append(names, n.Name)
			}
			if names != nil {
				scalars[name] = strings.Join(names, ",")
			}
		case value.Kind() == reflect.Slice:
			for j := range value.Len() {
				dump(out, value.Index(j), depth+1, name)
			}
		case value.Kind() == reflect.Interface || value.Kind() == reflect.Pointer:
			if !value.IsNil() {
				dump(out, value, depth+1, name)
			}
		case value.Kind() == reflect.Bool:
			scalars[name] = "False"
			if value.Bool() {
				scalars[name] = "True"
			}
		default:
			scalars[name] = fmt.Sprint(value.Interface())
		}
	}
}

// fieldName returns Jinja2's name for a field.
func fieldName(name string) string {
	switch name {
	case "Else", "Elif":
		return strings.ToLower(name) + "_"
	}
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// constant spells a constant as Python's type and repr.
func constant(v any) string {
	switch v := v.(type) {
	case nil:
		return "NoneType None"
	case bool:
		if v {
			return "bool True"
		}
		return "bool False"
	case string:
		return "str " + lex.Repr(v)
	case float64:
		if math.IsInf(v, 0) {
			return "float inf"
		}
		s := pyFloat(v)
		return "float " + s
	case *big.Int:
		return "int " + v.String()
	}
	return fmt.Sprintf("int %d", v)
}

// pyFloat spells a float as Python's repr.
func pyFloat(f float64) string {
	s := strconv.FormatFloat(f, 'e', -1, 64)
	exp, _ := strconv.Atoi(s[strings.IndexByte(s, 'e')+1:])
	if f != 0 && (exp < -4 || exp >= 16) {
		return s
	}
	s = strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}
