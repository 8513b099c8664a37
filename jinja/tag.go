package jinja

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/parse"
)

// Tag parses a custom tag, see Options.Tags. When it is called, the parser's current token is the tag's name. It leaves
// the parser at the token that ends its last tag, and returns the nodes that replace the tag.
type Tag = parse.Tag

// Parser reads the tokens of the template for a [Tag].
type Parser = parse.Parser

// The nodes of a template, with the names of Jinja2's nodes module. A tag returns statements. To call Go code, it puts
// a Go function in a [NodeConst] and calls that.
type (
	Stmt    = ast.Stmt
	Expr    = ast.Expr
	NodePos = ast.Pos

	NodeOutput      = ast.Output
	NodeIf          = ast.If
	NodeFor         = ast.For
	NodeCallBlock   = ast.CallBlock
	NodeFilterBlock = ast.FilterBlock
	NodeWith        = ast.With
	NodeScope       = ast.Scope
	NodeInclude     = ast.Include
	NodeExprStmt    = ast.ExprStmt
	NodeAssign      = ast.Assign
	NodeAssignBlock = ast.AssignBlock

	NodeName         = ast.Name
	NodeConst        = ast.Const
	NodeTemplateData = ast.TemplateData
	NodeTuple        = ast.Tuple
	NodeList         = ast.List
	NodeDict         = ast.Dict
	NodePair         = ast.Pair
	NodeKeyword      = ast.Keyword
	NodeCondExpr     = ast.CondExpr
	NodeFilter       = ast.Filter
	NodeTest         = ast.Test
	NodeCall         = ast.Call
	NodeGetitem      = ast.Getitem
	NodeGetattr      = ast.Getattr
	NodeNot          = ast.Not
	NodeMarkSafe     = ast.MarkSafe
	NodeContext      = ast.ContextReference
)

// The uses of a [NodeName].
const (
	CtxLoad  = ast.Load
	CtxStore = ast.Store
	CtxParam = ast.Param
)
