// Package ast declares the syntax tree of a Jinja template.
//
// # Shape
//
// Nodes and their fields are those of Jinja2's nodes module, so that whoever
// knows one knows the other: [For] has Target, Iter, Body, Else, Test and
// Recursive, [Call] has Node, Args, Kwargs, DynArgs and DynKwargs. A tree is
// made by package parse and read by package compile; it is not changed in
// between.
//
// # Positions
//
// Every node carries the line that Jinja2 gives it, which is the line its
// error messages name. Columns are ours, for the caret under a source line;
// a column of 0 is unknown.
//
// # Extensions
//
// The statements of Jinja's own extensions need no nodes beyond [Break],
// [Continue] and [Debug]: do is an [ExprStmt], and trans is lowered to calls
// of gettext and its relatives while it is parsed. A custom tag may place any
// Go value in a [Const], a function to be called among them.
package ast

// A Node is a statement, an expression or a part of one.
type Node interface {
	// Line returns the line of the node in its template, counted from 1.
	Line() int
	// Column returns the column in bytes, counted from 1, or 0 if unknown.
	Column() int
}

// A Stmt is a node that stands in a body.
type Stmt interface {
	Node
	stmt()
}

// An Expr is a node that has a value.
type Expr interface {
	Node
	expr()
}

// Pos is the position that every node embeds.
type Pos struct {
	Lineno int32 // counted from 1
	Col    int32 // in bytes, counted from 1; 0 is unknown
}

// Line returns the line, counted from 1.
func (p Pos) Line() int { return int(p.Lineno) }

// Column returns the column in bytes, counted from 1, or 0 if unknown.
func (p Pos) Column() int { return int(p.Col) }

// Position returns the position itself; node constructors copy it.
func (p Pos) Position() Pos { return p }

// A Ctx says what a name or tuple is used for.
type Ctx uint8

const (
	Load  Ctx = iota // its value is read
	Store            // it is assigned
	Param            // it is assigned as a parameter, of a macro or of with
)

// String returns the name that Jinja2 uses.
func (c Ctx) String() string {
	switch c {
	case Store:
		return "store"
	case Param:
		return "param"
	}
	return "load"
}

// CanAssign reports whether e can be assigned to: a name that is no literal, an attribute of a namespace, or a tuple of
// these.
func CanAssign(e Expr) bool {
	switch e := e.(type) {
	case *Name:
		switch e.Name {
		case "true", "false", "none", "True", "False", "None":
			return false
		}
		return true
	case *NSRef, *InternalName:
		return true
	case *Tuple:
		for _, item := range e.Items {
			if !CanAssign(item) {
				return false
			}
		}
		return true
	}
	return false
}

// SetCtx sets Ctx in e and in every name and tuple inside it.
func SetCtx(e Expr, ctx Ctx) {
	Walk(e, func(n Node) bool {
		switch n := n.(type) {
		case *Name:
			n.Ctx = ctx
		case *Tuple:
			n.Ctx = ctx
		case *Getattr:
			n.Ctx = ctx
		case *Getitem:
			n.Ctx = ctx
		}
		return true
	})
}
