package lex

// A Comment is a comment of a template.
type Comment struct {
	Line int32  // the line it begins on
	Text string // without the delimiters
}

// Comments returns the comments of a source in order, up to the first error.
func Comments(source string, o Options) []Comment {
	found := []Comment{}
	l := New(source, o)
	l.comments = &found
	for {
		if t := l.Next(); t.Kind == EOF || t.Kind == Invalid {
			return found
		}
	}
}
