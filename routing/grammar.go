package routing

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"github.com/dewar-go/dewar/internal/pyrepr"
)

// The grammar of a rule is Werkzeug's:
//
//	rule     = { "/" | static | "<" [ converter [ "(" arguments ")" ] ":" ] variable ">" }
//	static   = one or more characters other than "<" and "/"
//	converter, variable = [a-zA-Z_][a-zA-Z0-9_]*
//	arguments = the shortest text up to a ")" that leaves a valid rule

// A token is a slash, a static text or a variable of a rule.
type token struct {
	kind      tokenKind
	text      string // the static text, or the variable's name
	converter string
	arguments string
}

type tokenKind uint8

const (
	tokenSlash tokenKind = iota
	tokenStatic
	tokenVariable
)

// tokenize splits a rule or a host rule into tokens. On an error it returns the tokens before the mistake.
func tokenize(rule string) ([]token, error) {
	var tokens []token
	for pos := 0; pos < len(rule); {
		switch rule[pos] {
		case '/':
			tokens = append(tokens, token{kind: tokenSlash, text: "/"})
			pos++
		case '<':
			t, n := variableToken(rule[pos:])
			if n == 0 {
				return tokens, fmt.Errorf("malformed url rule: %s", pyrepr.String(rule))
			}
			tokens = append(tokens, t)
			pos += n
		default:
			n := strings.IndexAny(rule[pos:], "</")
			if n < 0 {
				n = len(rule) - pos
			}
			tokens = append(tokens, token{kind: tokenStatic, text: rule[pos : pos+n]})
			pos += n
		}
	}
	return tokens, nil
}

// variableToken reads "<…>" at the start of s and returns its length. The length is 0 when it is malformed.
func variableToken(s string) (token, int) {
	first := identifier(s[1:])
	if first == 0 {
		return token{}, 0
	}
	rest := s[1+first:]
	switch {
	case strings.HasPrefix(rest, ">"):
		return token{kind: tokenVariable, text: s[1 : 1+first], converter: "default"}, first + 2
	case strings.HasPrefix(rest, ":"):
		if name, n := variableName(rest[1:]); n > 0 {
			return token{kind: tokenVariable, text: name, converter: s[1 : 1+first]}, 1 + first + 1 + n
		}
	case strings.HasPrefix(rest, "("):
		// The arguments end at the first ")" before ":name>". They may contain a ")", but no line feed: Python's "."
		// does not match one.
		for i := 1; i < len(rest); i++ {
			if rest[i] == '\n' {
				break
			}
			if rest[i] != ')' || i+1 >= len(rest) || rest[i+1] != ':' {
				continue
			}
			if name, n := variableName(rest[i+2:]); n > 0 {
				return token{kind: tokenVariable, text: name, converter: s[1 : 1+first], arguments: rest[1:i]}, 1 + first + i + 2 + n
			}
		}
	}
	return token{}, 0
}

// variableName reads "name>" and returns the name and the length of both.
func variableName(s string) (string, int) {
	n := identifier(s)
	if n == 0 || n >= len(s) || s[n] != '>' {
		return "", 0
	}
	return s[:n], n + 1
}

// identifier returns the length of the ASCII identifier at the start of s.
func identifier(s string) int {
	for i := range len(s) {
		c := s[i]
		if c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || i > 0 && '0' <= c && c <= '9' {
			continue
		}
		return i
	}
	return len(s)
}

// argument matches one converter argument and the comma after it. It is Werkzeug's pattern, with its unescaped dots:
// any(1,2) has the one item "1,2". The classes are written out because Python's \w and \s match Unicode.
var argument = regexp.MustCompile(`[\s\x{85}\p{Z}]*(?:([\p{L}\p{N}_]+)[\s\x{85}\p{Z}]*=[\s\x{85}\p{Z}]*)?` +
	`(True|False|\p{Nd}+.\p{Nd}+|\p{Nd}+.|\p{Nd}+|[\p{L}\p{N}_.]+|[urUR]?("[^"]*?"|'[^']*'))[\s\x{85}\p{Z}]*,`)

// Args are the arguments of a converter in a rule, as in
// <int(4, signed=True):year>. Values are nil, bool, int, *big.Int, float64 or string.
type Args struct {
	Positional []any
	Named      map[string]any
}

// ParseArgs reads the text between a converter's parentheses as Werkzeug's
// parse_converter_args does.
func ParseArgs(text string) (Args, error) {
	args := Args{Named: map[string]any{}}
	if text == "" {
		return args, nil
	}
	text += ","
	pos := 0
	for _, m := range argument.FindAllStringSubmatchIndex(text, -1) {
		if m[0] != pos {
			return Args{}, fmt.Errorf("Cannot parse converter argument '%s'", text[pos:m[0]]) //nolint:staticcheck // Werkzeug's text
		}
		raw := text[m[4]:m[5]]
		if m[6] >= 0 {
			raw = text[m[6]:m[7]]
		}
		value := pythonize(raw)
		if m[2] >= 0 {
			args.Named[text[m[2]:m[3]]] = value
		} else {
			args.Positional = append(args.Positional, value)
		}
		pos = m[1]
	}
	return args, nil
}

// pythonize converts the text of an argument to a value.
func pythonize(s string) any {
	switch s {
	case "None":
		return nil
	case "True":
		return true
	case "False":
		return false
	}
	if n, ok := parseBig(s); ok {
		if n.IsInt64() {
			return int(n.Int64())
		}
		return n
	}
	if f, ok := parsePythonFloat(s); ok {
		return f
	}
	if len(s) >= 2 && s[0] == s[len(s)-1] && (s[0] == '"' || s[0] == '\'') {
		return s[1 : len(s)-1]
	}
	return s
}

// maxDigits is Python's limit on the digits of an integer that is read from text.
const maxDigits = 4300

// parseBig reads s as Python's int() does: an optional sign and digits of any script, with single underscores between
// them.
func parseBig(s string) (*big.Int, bool) {
	s = strings.TrimSpace(s)
	digits := make([]byte, 0, min(len(s), maxDigits+2))
	for i, r := range s {
		switch {
		case i == 0 && (r == '+' || r == '-'):
			if r == '-' {
				digits = append(digits, '-')
			}
		case r == '_':
			// An underscore must stand between two digits.
			if i == 0 || i+1 >= len(s) || s[i-1] == '_' || s[i-1] == '+' || s[i-1] == '-' {
				return nil, false
			}
		default:
			d, ok := digitValue(r)
			if !ok || len(digits) > maxDigits {
				return nil, false
			}
			digits = append(digits, '0'+d)
		}
	}
	return new(big.Int).SetString(string(digits), 10)
}

// parsePythonFloat reads s as Python's float() does, for the texts that can be a converter argument.
func parsePythonFloat(s string) (float64, bool) {
	if strings.ContainsAny(s, "xXpP") {
		return 0, false // Python does not read hexadecimal floats
	}
	if strings.Contains(s, "_") {
		if strings.HasPrefix(s, "_") || strings.HasSuffix(s, "_") || strings.Contains(s, "__") {
			return 0, false
		}
		s = strings.ReplaceAll(s, "_", "")
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, false
	}
	return f, true
}
