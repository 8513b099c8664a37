package ast

// Name is a variable.
type Name struct {
	Pos
	Name string
	Ctx  Ctx
}

// NSRef is an attribute of a namespace as the target of an assignment.
type NSRef struct {
	Pos
	Name string
	Attr string
}

// Const is a constant: nil for none, bool, int64, *big.Int (only if it does
// not fit an int64), float64 or string. A custom tag may place any other Go
// value here.
type Const struct {
	Pos
	Value any
}

// TemplateData is literal text. White space control has been applied.
type TemplateData struct {
	Pos
	Data string
}

// Tuple is a tuple, as a value or as a target of several names.
type Tuple struct {
	Pos
	Items []Expr
	Ctx   Ctx
}

// List is a list.
type List struct {
	Pos
	Items []Expr
}

// Dict is a dictionary.
type Dict struct {
	Pos
	Items []*Pair
}

// Pair is one item of a [Dict].
type Pair struct {
	Pos
	Key   Expr
	Value Expr
}

// Keyword is a keyword argument.
type Keyword struct {
	Pos
	Key   string
	Value Expr
}

// CondExpr is Expr1 if Test else Expr2. Expr2 is nil if there is no else.
type CondExpr struct {
	Pos
	Test  Expr
	Expr1 Expr
	Expr2 Expr
}

// Filter applies the filter Name to Node. In a filter block Node is nil and stands for the body.
type Filter struct {
	Pos
	Node      Expr
	Name      string
	Args      []Expr
	Kwargs    []*Keyword
	DynArgs   Expr
	DynKwargs Expr
}

// Test applies the test Name to Node.
type Test struct {
	Pos
	Node      Expr
	Name      string
	Args      []Expr
	Kwargs    []*Keyword
	DynArgs   Expr
	DynKwargs Expr
}

// Call calls Node. DynArgs and DynKwargs are the operands of * and **, or nil.
type Call struct {
	Pos
	Node      Expr
	Args      []Expr
	Kwargs    []*Keyword
	DynArgs   Expr
	DynKwargs Expr
}

// Getitem is a subscript: the item is tried first, then the attribute.
type Getitem struct {
	Pos
	Node Expr
	Arg  Expr
	Ctx  Ctx
}

// Getattr is an attribute: the attribute is tried first, then the item.
type Getattr struct {
	Pos
	Node Expr
	Attr string
	Ctx  Ctx
}

// Slice is the argument of a [Getitem]. Each of its parts may be nil.
type Slice struct {
	Pos
	Start, Stop, Step Expr
}

// Concat is the ~ operator over two or more operands.
type Concat struct {
	Pos
	Nodes []Expr
}

// Compare compares Expr with the operand of the first of Ops, that operand with the second, and so on.
type Compare struct {
	Pos
	Expr Expr
	Ops  []*Operand
}

// Operand is one operator of a [Compare] and its right side.
type Operand struct {
	Pos
	Op   string // eq ne gt gteq lt lteq in notin
	Expr Expr
}

// BinExpr has the fields of the binary operators.
type BinExpr struct {
	Pos
	Left, Right Expr
}

// Operands returns the two sides.
func (b *BinExpr) Operands() (left, right Expr) { return b.Left, b.Right }

// Binary operators.
type (
	Mul      struct{ BinExpr } // *
	Div      struct{ BinExpr } // /
	FloorDiv struct{ BinExpr } // //
	Add      struct{ BinExpr } // +
	Sub      struct{ BinExpr } // -
	Mod      struct{ BinExpr } // %
	Pow      struct{ BinExpr } // **
	And      struct{ BinExpr } // and
	Or       struct{ BinExpr } // or
)

// Binary is any of the binary operators.
type Binary interface {
	Expr
	Operands() (left, right Expr)
}

// UnaryExpr has the fields of the unary operators.
type UnaryExpr struct {
	Pos
	Node Expr
}

// Operand returns the operand.
func (u *UnaryExpr) Operand() Expr { return u.Node }

// Unary operators.
type (
	Not  struct{ UnaryExpr } // not
	Neg  struct{ UnaryExpr } // -
	Plus struct{ UnaryExpr } // +, which Jinja2 calls Pos
)

// Unary is any of the unary operators.
type Unary interface {
	Expr
	Operand() Expr
}

// InternalName is a name that templates cannot contain. Custom tags get one from the parser's FreeIdentifier.
type InternalName struct {
	Pos
	Name string
}

// MarkSafe marks the value of Expr as safe.
type MarkSafe struct {
	Pos
	Expr Expr
}

// MarkSafeIfAutoescape marks the value of Expr as safe where autoescaping is
// on.
type MarkSafeIfAutoescape struct {
	Pos
	Expr Expr
}

// EnvironmentAttribute is an attribute of the environment.
type EnvironmentAttribute struct {
	Pos
	Name string
}

// ContextReference is the template's context.
type ContextReference struct{ Pos }

// DerivedContextReference is the context with the local names of its place.
type DerivedContextReference struct{ Pos }

// Debug is the text of the debug tag: the context, the filters and the tests. It stands in an [Output].
type Debug struct{ Pos }

func (*Name) expr()                    {}
func (*NSRef) expr()                   {}
func (*Const) expr()                   {}
func (*TemplateData) expr()            {}
func (*Tuple) expr()                   {}
func (*List) expr()                    {}
func (*Dict) expr()                    {}
func (*CondExpr) expr()                {}
func (*Filter) expr()                  {}
func (*Test) expr()                    {}
func (*Call) expr()                    {}
func (*Getitem) expr()                 {}
func (*Getattr) expr()                 {}
func (*Slice) expr()                   {}
func (*Concat) expr()                  {}
func (*Compare) expr()                 {}
func (*BinExpr) expr()                 {}
func (*UnaryExpr) expr()               {}
func (*InternalName) expr()            {}
func (*MarkSafe) expr()                {}
func (*MarkSafeIfAutoescape) expr()    {}
func (*EnvironmentAttribute) expr()    {}
func (*ContextReference) expr()        {}
func (*DerivedContextReference) expr() {}
func (*Debug) expr()                   {}
