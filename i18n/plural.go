package i18n

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A plural chooses the form of a message for a number.
type plural struct {
	forms int
	index func(n uint64) uint64
}

// germanic is the rule of catalogues without one: one, and all others.
var germanic = plural{2, func(n uint64) uint64 { return fromBool(n != 1) }}

// of is the index of the form for n. A rule that gives one that is not there gives the first.
func (p plural) of(n int64) int {
	if n < 0 {
		n = -n
	}
	if i := p.index(uint64(n)); i < uint64(p.forms) { //nolint:gosec // not negative any more, or the least int64, which is one number as well
		return int(i) //nolint:gosec // below forms
	}
	return 0
}

const (
	maxPlural      = 1000 // bytes of a rule
	maxPluralDepth = 20   // as Python's gettext has it
	maxForms       = 10
)

// parsePlural reads the value of Plural-Forms, "nplurals=2; plural=n != 1;", whose rule is an expression of C.
func parsePlural(text string) (plural, error) {
	fail := func(why string) (plural, error) {
		return plural{}, fmt.Errorf("Plural-Forms %q: %s", clip(text), why)
	}
	if len(text) > maxPlural {
		return fail("it is too long")
	}
	var p plural
	for part := range strings.SplitSeq(text, ";") {
		name, value, _ := strings.Cut(part, "=")
		switch strings.TrimSpace(name) {
		case "nplurals":
			p.forms, _ = strconv.Atoi(strings.TrimSpace(value))
		case "plural":
			x := &expression{text: value}
			x.next()
			f, err := x.choice(0)
			if err == nil && x.token != "" {
				err = fmt.Errorf("%q is not expected", x.token)
			}
			if err != nil {
				return fail(err.Error())
			}
			p.index = f
		}
	}
	if p.forms < 1 || p.forms > maxForms {
		return fail("nplurals must be 1 to " + strconv.Itoa(maxForms))
	}
	if p.index == nil {
		return fail("it has no plural=")
	}
	return p, nil
}

func fromBool(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// An expression is read by recursive descent. What divides by zero is 0.
type expression struct {
	text, token string
}

type formula = func(n uint64) uint64

func (x *expression) next() {
	x.text = strings.TrimLeft(x.text, " \t\r\n")
	n := 0
	switch {
	case x.text == "":
	case isDigit(x.text[0]):
		for n < len(x.text) && isDigit(x.text[n]) {
			n++
		}
	default:
		n = 1
		if len(x.text) > 1 && strings.Contains("|| && == != <= >=", x.text[:2]) && x.text[1] != ' ' {
			n = 2
		}
	}
	x.token, x.text = x.text[:n], x.text[n:]
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

var errDeep = errors.New("it is nested too deeply")

// choice is a ? b : c, which binds to the right.
func (x *expression) choice(depth int) (formula, error) {
	if depth > maxPluralDepth {
		return nil, errDeep
	}
	if_, err := x.binary(0, depth)
	if err != nil || x.token != "?" {
		return if_, err
	}
	x.next()
	then, err := x.choice(depth + 1)
	if err != nil {
		return nil, err
	}
	if x.token != ":" {
		return nil, errors.New("a : is missing")
	}
	x.next()
	otherwise, err := x.choice(depth + 1)
	return func(n uint64) uint64 {
		if if_(n) != 0 {
			return then(n)
		}
		return otherwise(n)
	}, err
}

// levels are the operators by precedence, the weakest first.
var levels = [][]string{{"||"}, {"&&"}, {"==", "!="}, {"<", ">", "<=", ">="}, {"+", "-"}, {"*", "/", "%"}}

var operators = map[string]func(a, b uint64) uint64{
	"||": func(a, b uint64) uint64 { return fromBool(a != 0 || b != 0) },
	"&&": func(a, b uint64) uint64 { return fromBool(a != 0 && b != 0) },
	"==": func(a, b uint64) uint64 { return fromBool(a == b) },
	"!=": func(a, b uint64) uint64 { return fromBool(a != b) },
	"<":  func(a, b uint64) uint64 { return fromBool(a < b) },
	">":  func(a, b uint64) uint64 { return fromBool(a > b) },
	"<=": func(a, b uint64) uint64 { return fromBool(a <= b) },
	">=": func(a, b uint64) uint64 { return fromBool(a >= b) },
	"+":  func(a, b uint64) uint64 { return a + b },
	"-":  func(a, b uint64) uint64 { return a - b },
	"*":  func(a, b uint64) uint64 { return a * b },
	"/": func(a, b uint64) uint64 {
		if b == 0 {
			return 0
		}
		return a / b
	},
	"%": func(a, b uint64) uint64 {
		if b == 0 {
			return 0
		}
		return a % b
	},
}

func (x *expression) binary(level, depth int) (formula, error) {
	if level == len(levels) {
		return x.operand(depth)
	}
	left, err := x.binary(level+1, depth)
	for err == nil && slices.Contains(levels[level], x.token) {
		do, before := operators[x.token], left
		x.next()
		var right formula
		if right, err = x.binary(level+1, depth); err == nil {
			left = func(n uint64) uint64 { return do(before(n), right(n)) }
		}
	}
	return left, err
}

func (x *expression) operand(depth int) (formula, error) {
	if depth > maxPluralDepth {
		return nil, errDeep
	}
	token := x.token
	x.next()
	switch {
	case token == "n":
		return func(n uint64) uint64 { return n }, nil
	case token == "!":
		f, err := x.operand(depth + 1)
		return func(n uint64) uint64 { return fromBool(f(n) == 0) }, err
	case token == "(":
		f, err := x.choice(depth + 1)
		if err == nil && x.token != ")" {
			err = errors.New("a ) is missing")
		}
		x.next()
		return f, err
	case token != "" && isDigit(token[0]):
		v, err := strconv.ParseUint(token, 10, 32)
		return func(uint64) uint64 { return v }, err
	}
	return nil, fmt.Errorf("%q is not expected", token)
}

func clip(s string) string {
	if len(s) > 100 {
		return s[:100] + "…"
	}
	return s
}
