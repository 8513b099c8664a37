package ast

// Template is the root of a tree.
type Template struct {
	Pos
	Body []Stmt
	// Name is the name the template was parsed under, "" for a string.
	Name string
}

// Output prints its expressions in order. Literal text is among them, as
// [TemplateData].
type Output struct {
	Pos
	Nodes []Expr
}

// Extends names the parent template.
type Extends struct {
	Pos
	Template Expr
}

// For is a loop. Test is nil if the loop has no filter; Else is empty if it
// has no else.
type For struct {
	Pos
	Target    Expr
	Iter      Expr
	Body      []Stmt
	Else      []Stmt
	Test      Expr
	Recursive bool
}

// If is a condition with its elif branches. A branch has only a Test and a Body.
type If struct {
	Pos
	Test Expr
	Body []Stmt
	Elif []*If
	Else []Stmt
}

// Macro defines a macro. Defaults belong to the last len(Defaults) of Args.
type Macro struct {
	Pos
	Name     string
	Args     []*Name
	Defaults []Expr
	Body     []Stmt
}

// CallBlock calls Call with its own body as the argument caller.
type CallBlock struct {
	Pos
	Call     *Call
	Args     []*Name
	Defaults []Expr
	Body     []Stmt
}

// FilterBlock filters its rendered body. The innermost Node of Filter is nil.
type FilterBlock struct {
	Pos
	Body   []Stmt
	Filter *Filter
}

// With opens a scope in which Targets have Values.
type With struct {
	Pos
	Targets []Expr
	Values  []Expr
	Body    []Stmt
}

// Block is a part that a child template can override.
type Block struct {
	Pos
	Name     string
	Body     []Stmt
	Scoped   bool
	Required bool
}

// Include renders another template in place.
type Include struct {
	Pos
	Template      Expr
	WithContext   bool
	IgnoreMissing bool
}

// Import binds the module of another template to the name Target.
type Import struct {
	Pos
	Template    Expr
	Target      string
	WithContext bool
}

// FromImport binds names of another template's module.
type FromImport struct {
	Pos
	Template    Expr
	Names       []ImportName
	WithContext bool
}

// An ImportName is a name to import. As is its name in the importing template, equal to Name when none is given.
type ImportName struct {
	Name, As string
}

// ExprStmt evaluates an expression and drops the result.
type ExprStmt struct {
	Pos
	Node Expr
}

// Assign assigns Node to Target.
type Assign struct {
	Pos
	Target Expr
	Node   Expr
}

// AssignBlock assigns the rendered body to Target, after Filter unless that is nil.
type AssignBlock struct {
	Pos
	Target Expr
	Filter *Filter
	Body   []Stmt
}

// Continue goes on with the loop's next item.
type Continue struct{ Pos }

// Break leaves the loop.
type Break struct{ Pos }

// Scope is a block with a scope of its own.
type Scope struct {
	Pos
	Body []Stmt
}

// OverlayScope is a scope whose names are looked up in the mapping Context first.
type OverlayScope struct {
	Pos
	Context Expr
	Body    []Stmt
}

// EvalContextModifier changes options of the evaluation context from here on.
type EvalContextModifier struct {
	Pos
	Options []*Keyword
}

// ScopedEvalContextModifier changes options of the evaluation context within Body. The only option is autoescape.
type ScopedEvalContextModifier struct {
	Pos
	Options []*Keyword
	Body    []Stmt
}

func (*Output) stmt()                    {}
func (*Extends) stmt()                   {}
func (*For) stmt()                       {}
func (*If) stmt()                        {}
func (*Macro) stmt()                     {}
func (*CallBlock) stmt()                 {}
func (*FilterBlock) stmt()               {}
func (*With) stmt()                      {}
func (*Block) stmt()                     {}
func (*Include) stmt()                   {}
func (*Import) stmt()                    {}
func (*FromImport) stmt()                {}
func (*ExprStmt) stmt()                  {}
func (*Assign) stmt()                    {}
func (*AssignBlock) stmt()               {}
func (*Continue) stmt()                  {}
func (*Break) stmt()                     {}
func (*Scope) stmt()                     {}
func (*OverlayScope) stmt()              {}
func (*EvalContextModifier) stmt()       {}
func (*ScopedEvalContextModifier) stmt() {}
