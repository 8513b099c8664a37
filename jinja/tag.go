package jinja

import (
	"github.com/dewar-go/dewar/jinja/internal/ast"
	"github.com/dewar-go/dewar/jinja/internal/parse"
)

// Tag parses a custom tag, see Options.Tags: it finds the parser at the tag's
// name, leaves it at the token that ends its last tag, and returns what takes
// the tag's place.
type Tag = parse.Tag

// Parser is what a [Tag] reads the template with.
type Parser = parse.Parser

// The nodes of a template, as Jinja2's nodes module has them. A tag returns
// statements; a Go function in a [NodeConst] can be called, which is how a tag
// reaches Go code.
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

// What a [NodeName] is used for.
const (
	CtxLoad  = ast.Load
	CtxStore = ast.Store
	CtxParam = ast.Param
)
