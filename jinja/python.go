package jinja

import "github.com/dewar-go/dewar/jinja/internal/value"

// Op is a comparison, as a [Comparer] is asked for it.
type Op = value.Op

// The comparisons.
const (
	OpEq = value.Eq // ==
	OpNe = value.Ne // !=
	OpLt = value.Lt // <
	OpLe = value.Le // <=
	OpGt = value.Gt // >
	OpGe = value.Ge // >=
)

// NewSet returns a set of items: Python's set, in order of insertion. An item
// that is not hashable is a TypeError.
func NewSet(items ...Value) (Value, error) { return value.NewSet(items) }

// NewRange returns Python's range from start to stop by step, which is not 0.
func NewRange(start, stop, step int64) Value { return value.NewRange(start, stop, step) }

// Naive is the location of a time.Time that templates take for Python's
// datetime without a time zone: it prints no offset.
var Naive = value.Naive
