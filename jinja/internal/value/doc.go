// Package value implements the values of Jinja templates: Python's types with Python's operators,
// methods, conversions, formats and error texts, and Go values read in their natural form.
//
// # Values
//
// A [Value] is 24 bytes: a type, a number and a pointer. None, bool, int (of any size), float,
// complex, str, Markup, bytes, list, tuple, dict, set, range, datetime and timedelta are made by the
// constructors of this package. [Of] takes any Go value: basic types become values of the language,
// everything else is kept by reference, so that passing a large slice of structs costs nothing.
//
//	v := value.Of(users)                    // []User
//	s, _ := value.Seq(v)                    // its elements by number
//	name, ok := value.GetAttr(s.At(0), "full_name")
//	buf, err = value.AppendEscaped(buf, name)
//
// # Go values
//
// The fields of a struct are found by Go name, by `jinja` tag, by `json` tag and in snake_case
// (created_at is CreatedAt); a tag `jinja:"-"` hides a field. Promoted fields and methods are found
// too. Methods can be called; one with a pointer receiver gets a copy where Go has no address: of a
// struct in an interface or a map. What is not exported does not exist. A nil pointer is None, and so
// is a value of a database that is NULL: a driver.Valuer whose last field is Valid, as sql.NullString
// and sql.Null are, is what its first field holds.
//
// A function or method may take a [State], a context.Context or what State.Data returns as its first
// parameter, and []Kw, map[string]any or *Dict as its last for keyword arguments. Results are
// nothing (None), one value, several (a tuple), and a last error, which fails the call.
//
// Maps are dicts that cannot be changed, in the order of their keys. Slices and arrays are lists
// that cannot be changed. time.Time is an aware datetime, time.Duration a timedelta, iter.Seq a
// generator. A fmt.Stringer or error prints its text; an HTMLer is safe.
//
// A Go type becomes an object of the language by the interfaces [Attrer], [Itemer], [Iterable],
// [Caller] and their like.
//
// # Errors
//
// Operations fail with an [Error] of Python's class and text, or that of Jinja for undefined values.
//
// # Limits
//
// Ints have at most 65,536 bits; one operation makes at most 16 MiB of text or 16 Mi elements;
// containers are compared and printed to a depth of 200; 4,300 digits are converted between int and
// str, as in CPython. What goes beyond fails with OverflowError, MemoryError, RecursionError or
// ValueError before anything is allocated. Growth within them is charged to [State.Grow].
//
// # Differences from Python
//
// Powers of complex numbers and of negative numbers to a fraction may differ in the last digits.
// Sets iterate in order of insertion. Datetimes always have a time zone, timedeltas end at 292 years
// and count nanoseconds. bytes have no % and few methods. Text that is not UTF-8 counts each invalid
// byte as one character.
package value
