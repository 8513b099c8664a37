// Package builtin holds the filters, tests and global functions of Jinja 3.1, with the same names, arguments, results
// and errors. Every environment of package jinja has them.
//
//	# Use
//
// An environment starts with [Filters], [Tests] and [Globals]. The functions work on values alone. What depends on the
// environment they ask of their value.State: undefined values, attributes, policies and limits. [Stream] holds filters
// that append to the output.
//
// [Gettext] and the functions beside it are those that the trans tag calls.
//
//	# Laziness
//
// batch, items, map, reject, rejectattr, select, selectattr, slice and unique return generators. Their errors come when
// the first element is asked for.
package builtin

import "github.com/dewar-go/dewar/jinja/internal/value"

// Filters are the filters of Jinja.
var Filters = map[string]value.Filter{
	"abs":            abs,
	"attr":           attr,
	"batch":          batch,
	"capitalize":     capitalize,
	"center":         center,
	"count":          length,
	"d":              defaultFilter,
	"default":        defaultFilter,
	"dictsort":       dictsort,
	"e":              escape,
	"escape":         escape,
	"filesizeformat": filesizeformat,
	"first":          first,
	"float":          toFloat,
	"forceescape":    forceescape,
	"format":         format,
	"groupby":        groupby,
	"indent":         indent,
	"int":            toInt,
	"items":          items,
	"join":           join,
	"last":           last,
	"length":         length,
	"list":           list,
	"lower":          lower,
	"map":            mapFilter,
	"max":            maxFilter,
	"min":            minFilter,
	"pprint":         pprint,
	"random":         random,
	"reject":         rejectFilter,
	"rejectattr":     rejectattr,
	"replace":        replace,
	"reverse":        reverse,
	"round":          round,
	"safe":           safe,
	"select":         selectFilter,
	"selectattr":     selectattr,
	"slice":          slice,
	"sort":           sort,
	"string":         toString,
	"striptags":      striptags,
	"sum":            sum,
	"title":          title,
	"tojson":         tojson,
	"trim":           trim,
	"truncate":       truncate,
	"unique":         unique,
	"upper":          upper,
	"urlencode":      urlencode,
	"urlize":         urlizeFilter,
	"wordcount":      wordcount,
	"wordwrap":       wordwrap,
	"xmlattr":        xmlattr,
}

var (
	testEq = comparison("eq", value.Eq)
	testNe = comparison("ne", value.Ne)
	testLt = comparison("lt", value.Lt)
	testLe = comparison("le", value.Le)
	testGt = comparison("gt", value.Gt)
	testGe = comparison("ge", value.Ge)
)

// Tests are the tests of Jinja.
var Tests = map[string]value.Test{
	"!=":          testNe,
	"<":           testLt,
	"<=":          testLe,
	"==":          testEq,
	">":           testGt,
	">=":          testGe,
	"boolean":     kind("test_boolean", isBool),
	"callable":    testCallable,
	"defined":     kind("test_defined", func(v Value) bool { return !v.IsUndefined() }),
	"divisibleby": testDivisibleBy,
	"eq":          testEq,
	"equalto":     testEq,
	"escaped":     kind("test_escaped", hasHTML),
	"even":        remainder("test_even", 2, 0),
	"false":       kind("test_false", func(v Value) bool { return isBool(v) && !value.Truth(v) }),
	"filter":      registered("test_filter", func(st State, name string) bool { _, ok := st.Filter(name); return ok }),
	"float":       kind("test_float", func(v Value) bool { return v.Kind() == value.KindFloat }),
	"ge":          testGe,
	"greaterthan": testGt,
	"gt":          testGt,
	"in":          testIn,
	"integer":     kind("test_integer", Value.IsInteger),
	"iterable":    simple("test_iterable", testIterable),
	"le":          testLe,
	"lessthan":    testLt,
	"lower":       simple("test_lower", isLower),
	"lt":          testLt,
	"mapping":     kind("test_mapping", isMapping),
	"ne":          testNe,
	"none":        kind("test_none", Value.IsNone),
	"number":      kind("test_number", Value.IsNumber),
	"odd":         remainder("test_odd", 2, 1),
	"sameas":      testSameAs,
	"sequence":    simple("test_sequence", testSequence),
	"string":      kind("test_string", Value.IsString),
	"test":        registered("test_test", func(st State, name string) bool { _, ok := st.Test(name); return ok }),
	"true":        kind("test_true", func(v Value) bool { return isBool(v) && value.Truth(v) }),
	"undefined":   kind("test_undefined", Value.IsUndefined),
	"upper":       simple("test_upper", isUpper),
}

// Globals returns the global functions of Jinja. The values are shared; the map is the caller's.
func Globals() map[string]Value {
	return map[string]Value{
		"range":     rangeFunc,
		"dict":      dictFunc,
		"lipsum":    lipsumFunc,
		"cycler":    cyclerFunc,
		"joiner":    joinerFunc,
		"namespace": namespaceFunc,
	}
}
