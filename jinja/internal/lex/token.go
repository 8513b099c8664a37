package lex

// A Kind is the kind of a token.
type Kind uint8

// Kinds of tokens. A line statement's begin and end are those of a block.
const (
	_ Kind = iota
	EOF
	Invalid
	Data          // literal text
	BlockBegin    // {%
	BlockEnd      // %}
	VariableBegin // {{
	VariableEnd   // }}
	Name
	String  // Text is its value
	Integer // Text is its spelling without underscores, see ParseInt
	Float   // likewise, see ParseFloat
	Add
	Assign
	Colon
	Comma
	Div
	Dot
	Eq
	FloorDiv
	Gt
	GtEq
	LBrace
	LBracket
	LParen
	Lt
	LtEq
	Mod
	Mul
	Ne
	Pipe
	Pow
	RBrace
	RBracket
	RParen
	Semicolon
	Sub
	Tilde
)

// names holds Jinja2's name and description of each kind.
var names = [...]struct{ name, description string }{
	EOF:           {"eof", "end of template"},
	Data:          {"data", "template data / text"},
	BlockBegin:    {"block_begin", "begin of statement block"},
	BlockEnd:      {"block_end", "end of statement block"},
	VariableBegin: {"variable_begin", "begin of print statement"},
	VariableEnd:   {"variable_end", "end of print statement"},
	Name:          {"name", "name"},
	String:        {"string", "string"},
	Integer:       {"integer", "integer"},
	Float:         {"float", "float"},
	Add:           {"add", "+"},
	Assign:        {"assign", "="},
	Colon:         {"colon", ":"},
	Comma:         {"comma", ","},
	Div:           {"div", "/"},
	Dot:           {"dot", "."},
	Eq:            {"eq", "=="},
	FloorDiv:      {"floordiv", "//"},
	Gt:            {"gt", ">"},
	GtEq:          {"gteq", ">="},
	LBrace:        {"lbrace", "{"},
	LBracket:      {"lbracket", "["},
	LParen:        {"lparen", "("},
	Lt:            {"lt", "<"},
	LtEq:          {"lteq", "<="},
	Mod:           {"mod", "%"},
	Mul:           {"mul", "*"},
	Ne:            {"ne", "!="},
	Pipe:          {"pipe", "|"},
	Pow:           {"pow", "**"},
	RBrace:        {"rbrace", "}"},
	RBracket:      {"rbracket", "]"},
	RParen:        {"rparen", ")"},
	Semicolon:     {"semicolon", ";"},
	Sub:           {"sub", "-"},
	Tilde:         {"tilde", "~"},
}

// String returns Jinja2's name of the kind: "block_begin", "lparen", "name".
func (k Kind) String() string {
	if int(k) < len(names) && names[k].name != "" {
		return names[k].name
	}
	return "invalid"
}

// Describe returns what error messages call a token of the kind.
func (k Kind) Describe() string {
	if int(k) < len(names) {
		return names[k].description
	}
	return "invalid"
}

// A Token is a unit of the source.
type Token struct {
	Kind Kind
	Line int32  // counted from 1
	Col  int32  // in bytes, counted from 1
	Text string // the value, for data, names, strings and numbers
}

// Is reports whether t is the name text.
func (t Token) Is(text string) bool { return t.Kind == Name && t.Text == text }

// Describe returns what error messages call the token: names by themselves,
// the others by their kind.
func (t Token) Describe() string {
	if t.Kind == Name {
		return t.Text
	}
	return t.Kind.Describe()
}
