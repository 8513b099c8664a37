package ast

// Walk calls f for n. Where f returns true it walks the nodes below: depth first, in the order of Jinja2's fields.
func Walk(n Node, f func(Node) bool) {
	if f(n) {
		Children(n, func(child Node) { Walk(child, f) })
	}
}

// WalkBody walks each statement of body.
func WalkBody(body []Stmt, f func(Node) bool) {
	for _, s := range body {
		Walk(s, f)
	}
}

// Children calls f for the nodes directly below n, in the order of Jinja2's
// fields. Absent ones are left out.
func Children(n Node, f func(Node)) {
	switch n := n.(type) {
	case *Template:
		each(n.Body, f)
	case *Output:
		each(n.Nodes, f)
	case *Extends:
		one(n.Template, f)
	case *For:
		one(n.Target, f)
		one(n.Iter, f)
		each(n.Body, f)
		each(n.Else, f)
		one(n.Test, f)
	case *If:
		one(n.Test, f)
		each(n.Body, f)
		each(n.Elif, f)
		each(n.Else, f)
	case *Macro:
		each(n.Args, f)
		each(n.Defaults, f)
		each(n.Body, f)
	case *CallBlock:
		if n.Call != nil {
			f(n.Call)
		}
		each(n.Args, f)
		each(n.Defaults, f)
		each(n.Body, f)
	case *FilterBlock:
		each(n.Body, f)
		if n.Filter != nil {
			f(n.Filter)
		}
	case *With:
		each(n.Targets, f)
		each(n.Values, f)
		each(n.Body, f)
	case *Block:
		each(n.Body, f)
	case *Include:
		one(n.Template, f)
	case *Import:
		one(n.Template, f)
	case *FromImport:
		one(n.Template, f)
	case *ExprStmt:
		one(n.Node, f)
	case *Assign:
		one(n.Target, f)
		one(n.Node, f)
	case *AssignBlock:
		one(n.Target, f)
		if n.Filter != nil {
			f(n.Filter)
		}
		each(n.Body, f)
	case *Scope:
		each(n.Body, f)
	case *OverlayScope:
		one(n.Context, f)
		each(n.Body, f)
	case *EvalContextModifier:
		each(n.Options, f)
	case *ScopedEvalContextModifier:
		each(n.Options, f)
		each(n.Body, f)
	case Expr:
		exprChildren(n, f)
	case *Pair:
		one(n.Key, f)
		one(n.Value, f)
	case *Keyword:
		one(n.Value, f)
	case *Operand:
		one(n.Expr, f)
	}
}

func exprChildren(n Expr, f func(Node)) {
	switch n := n.(type) {
	case *Tuple:
		each(n.Items, f)
	case *List:
		each(n.Items, f)
	case *Dict:
		each(n.Items, f)
	case *CondExpr:
		one(n.Test, f)
		one(n.Expr1, f)
		one(n.Expr2, f)
	case *Filter:
		call(n.Node, n.Args, n.Kwargs, n.DynArgs, n.DynKwargs, f)
	case *Test:
		call(n.Node, n.Args, n.Kwargs, n.DynArgs, n.DynKwargs, f)
	case *Call:
		call(n.Node, n.Args, n.Kwargs, n.DynArgs, n.DynKwargs, f)
	case *Getitem:
		one(n.Node, f)
		one(n.Arg, f)
	case *Getattr:
		one(n.Node, f)
	case *Slice:
		one(n.Start, f)
		one(n.Stop, f)
		one(n.Step, f)
	case *Concat:
		each(n.Nodes, f)
	case *Compare:
		one(n.Expr, f)
		each(n.Ops, f)
	case *MarkSafe:
		one(n.Expr, f)
	case *MarkSafeIfAutoescape:
		one(n.Expr, f)
	case Binary:
		left, right := n.Operands()
		one(left, f)
		one(right, f)
	case Unary:
		one(n.Operand(), f)
	}
}

func call(node Expr, args []Expr, kwargs []*Keyword, dynArgs, dynKwargs Expr, f func(Node)) {
	one(node, f)
	each(args, f)
	each(kwargs, f)
	one(dynArgs, f)
	one(dynKwargs, f)
}

func one(e Expr, f func(Node)) {
	if e != nil {
		f(e)
	}
}

func each[T Node](nodes []T, f func(Node)) {
	for _, n := range nodes {
		f(n)
	}
}
