package jinja_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/dewar-go/dewar/jinja"
)

type languageCase struct {
	Source, Name     *string
	Context, Loader  int
	Globals          map[string]json.Number
	Env              map[string]any
	Output           any
	Exception, Class string
	Message          string
	Lineno           int
}

// decode reads JSON as Python does: objects keep their order, integers are
// not floats.
func decode(t testing.TB, raw json.RawMessage) jinja.Value {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	v, err := decodeValue(dec)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func decodeValue(dec *json.Decoder) (jinja.Value, error) {
	tok, err := dec.Token()
	if err != nil {
		return jinja.None, err
	}
	switch tok := tok.(type) {
	case json.Delim:
		if tok == '[' {
			var items []jinja.Value
			for dec.More() {
				v, err := decodeValue(dec)
				if err != nil {
					return v, err
				}
				items = append(items, v)
			}
			_, err := dec.Token()
			return jinja.NewList(items...), err
		}
		d := jinja.NewDict()
		for dec.More() {
			k, err := dec.Token()
			if err != nil {
				return jinja.None, err
			}
			v, err := decodeValue(dec)
			if err != nil {
				return v, err
			}
			d.SetString(k.(string), v)
		}
		_, err := dec.Token()
		return d.Value(), err
	case json.Number:
		return jinja.ValueOf(tok), nil
	}
	return jinja.ValueOf(tok), nil
}

func options(c *languageCase, loader map[string]string) (jinja.Options, bool) {
	var o jinja.Options
	null := false
	if loader != nil {
		o.Loader = jinja.Map(loader)
	}
	for k, v := range c.Env {
		s, _ := v.(string)
		b, _ := v.(bool)
		switch k {
		case "autoescape":
			if s == "select" {
				o.Autoescape = jinja.SelectAutoescape()
			} else if b {
				o.Autoescape = jinja.Always
			}
		case "extensions":
			for _, x := range v.([]any) {
				o.Extensions = append(o.Extensions, jinja.Extension(x.(string)))
			}
		case "undefined":
			o.Undefined = map[string]jinja.UndefinedMode{"ChainableUndefined": jinja.Chainable, "DebugUndefined": jinja.Debug, "StrictUndefined": jinja.Strict}[s]
		case "klass":
			o.Native, o.Sandboxed, o.Immutable = s == "native", s == "sandbox", s == "immutable"
		case "i18n":
			null = true
			o.NewstyleGettext = slices.Contains(v.([]any), "newstyle_gettext")
		case "trim_blocks":
			o.TrimBlocks = b
		case "lstrip_blocks":
			o.LstripBlocks = b
		case "keep_trailing_newline":
			o.KeepTrailingNewline = b
		case "newline_sequence":
			o.NewlineSequence = s
		case "line_statement_prefix":
			o.LineStatementPrefix = s
		case "line_comment_prefix":
			o.LineCommentPrefix = s
		case "block_start_string":
			o.BlockStart = s
		case "block_end_string":
			o.BlockEnd = s
		case "variable_start_string":
			o.VariableStart = s
		case "variable_end_string":
			o.VariableEnd = s
		case "comment_start_string":
			o.CommentStart = s
		case "comment_end_string":
			o.CommentEnd = s
		default:
			panic("unknown option " + k)
		}
	}
	o.Globals = map[string]any{}
	for k, v := range c.Globals {
		o.Globals[k] = v
	}
	return o, null
}

// TestLanguage holds the engine against what Jinja2 made of the templates of
// testdata/language.py.
func TestLanguage(t *testing.T) {
	raw, err := os.ReadFile("testdata/language.json")
	if err != nil {
		t.Fatal(err)
	}
	replay(t, raw)
}

// replay renders each case of a file as language.py writes it.
func replay(t *testing.T, raw []byte) {
	var file struct {
		Tables []json.RawMessage
		Cases  []languageCase
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	for i := range file.Cases {
		c := &file.Cases[i]
		what := ""
		if c.Source != nil {
			what = *c.Source
		} else {
			what = "template " + *c.Name
		}
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			var loader map[string]string
			_ = json.Unmarshal(file.Tables[c.Loader], &loader)
			got, err := run(t, c, loader, decode(t, file.Tables[c.Context]))
			if c.Exception != "" {
				var e *jinja.Error
				if !errors.As(err, &e) {
					t.Fatalf("%s %v\ngot  %q\nwant %s: %s", what, c.Env, got, c.Exception, c.Message)
				}
				if e.Class != c.Exception || e.Message != c.Message || c.Lineno != 0 && e.Line != c.Lineno {
					t.Errorf("%s %v\ngot  %s: %s (line %d)\nwant %s: %s (line %d)", what, c.Env, e.Class, e.Message, e.Line, c.Exception, c.Message, c.Lineno)
				}
				return
			}
			if err != nil {
				t.Fatalf("%s %v %v\nerror %v\nwant %q", what, c.Env, loader, err, c.Output)
			}
			want, _ := c.Output.(string)
			if m, ok := c.Output.(map[string]any); ok {
				want = m["$repr"].(string)
			}
			if got != want {
				t.Errorf("%s %v\ngot  %q\nwant %q", what, c.Env, got, want)
			}
		})
	}
}

func run(t *testing.T, c *languageCase, loader map[string]string, ctx jinja.Value) (string, error) {
	o, null := options(c, loader)
	env, err := jinja.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if null {
		env.InstallNullTranslations()
	}
	var tm *jinja.Template
	if c.Source != nil {
		tm, err = env.FromString(*c.Source)
	} else {
		tm, err = env.GetTemplate(*c.Name)
	}
	if err != nil {
		return "", err
	}
	d, _ := ctx.Dict()
	if !o.Native {
		return tm.RenderString(d)
	}
	v, err := tm.Native(d)
	if err != nil {
		return "", err
	}
	x, err := env.CompileExpression("x|pprint", false)
	if err != nil {
		return "", err
	}
	r, err := x.Eval(map[string]any{"x": v})
	s, _ := r.Str()
	return s, err
}
