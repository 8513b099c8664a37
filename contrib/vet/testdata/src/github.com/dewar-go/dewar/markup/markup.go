package markup

type HTML string

func Format(format HTML, args ...any) HTML { return format }
