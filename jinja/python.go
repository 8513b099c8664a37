package jinja

import (
	"time"

	"github.com/dewar-go/dewar/jinja/internal/value"
)

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

// NewSet returns a Python set of items, in the order of insertion. The error is a TypeError for an item that is not
// hashable.
func NewSet(items ...Value) (Value, error) { return value.NewSet(items) }

// NewRange returns Python's range(start, stop, step). step must not be 0.
func NewRange(start, stop, step int64) Value { return value.NewRange(start, stop, step) }

// Naive is the location of a time.Time that templates take for a Python datetime without a time zone. It prints no
// offset.
var Naive = value.Naive

// Date returns Python's date: the day of t.
func Date(t time.Time) Value { return value.Date(t) }

// Clock returns Python's time: that of t within its day, without a zone.
func Clock(t time.Time) Value { return value.Clock(t) }
