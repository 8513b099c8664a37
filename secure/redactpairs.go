package secure

import "strings"

// pairs finds what stands behind a name: the values of sensitive fields, in any
// of the forms in which Go, JSON, queries and connection strings print them, whole
// header lines, and credentials with their scheme.
func (r *redactor) pairs() {
	for i := 0; i < len(r.text); {
		end := r.run(i, isNameByte)
		if end == i {
			i++
			continue
		}
		i = r.behind(r.text[i:end], end)
	}
}

// isNameByte: names are letters, digits, underscores, dots and hyphens.
func isNameByte(c byte) bool { return isWord(c) || c == '.' || c == '-' }

// behind looks at what follows a name that ends at i, and returns where to go on.
func (r *redactor) behind(name string, i int) int {
	if i < len(r.text) && r.text[i] == ' ' && isScheme(name) {
		from := r.run(i, isBlank)
		if to := r.run(from, isCredential); to-from >= 8 {
			r.add(from, to)
			return to
		}
	}
	at, quoted := r.quote(i)
	sep := r.run(at, isSpace)
	if sep == len(r.text) {
		return i
	}
	switch r.text[sep] {
	case ':':
		if isHeaderName(name) {
			return r.header(i, r.run(sep+1, isBlank))
		}
		switch {
		case !SensitiveName(name):
		case quoted: // "name": "value"
			if at := r.run(sep+1, isSpace); at < len(r.text) && strings.IndexByte(`["'\-0123456789`, r.text[at]) >= 0 {
				return r.value(i, at)
			}
		case sep == i && !strings.HasSuffix(name, ".go"): // {name:value}, but no line of a stack
			return r.value(i, sep+1)
		}
	case '=':
		if SensitiveName(name) {
			return r.value(i, r.run(sep+1, isSpace))
		}
	}
	return i
}

// header takes the value of a header that begins at from: its whole line, or what
// a printed http.Header has in brackets or quotes.
func (r *redactor) header(back, from int) int {
	to, closed := r.closed(from)
	if !closed {
		to = r.run(from, func(c byte) bool { return c != '\r' && c != '\n' })
	}
	if to == from {
		return back
	}
	r.add(from, to)
	return to
}

// value takes the value of a field that begins at from: up to the end of its quotes
// or brackets, or of the line when they have none, otherwise up to a space or a
// separator.
func (r *redactor) value(back, from int) int {
	to, closed := r.closed(from)
	if !closed {
		while := isBare
		if _, quoted := r.quote(from); quoted || from < len(r.text) && r.text[from] == '[' {
			while = func(c byte) bool { return c != '\r' && c != '\n' }
		}
		to = r.run(from, while)
	}
	if to == from {
		return back
	}
	r.add(from, to)
	return to
}

// closed is where the quotes or brackets that begin at from end.
func (r *redactor) closed(from int) (to int, ok bool) {
	if from < len(r.text) && r.text[from] == '[' {
		return r.until(from+1, ']', false, &r.unclosed.bracket)
	}
	at, quoted := r.quote(from)
	if !quoted {
		return from, false
	}
	none := &r.unclosed.double
	if r.text[at-1] == '\'' {
		none = &r.unclosed.single
	}
	return r.until(at, r.text[at-1], at == from+1, none)
}

// until is where the next c ends, not one behind a backslash when escapes count.
func (r *redactor) until(i int, c byte, escapes bool, none *bool) (to int, ok bool) {
	for ; i < len(r.text) && !*none; i++ {
		r.steps++
		switch {
		case r.text[i] == c:
			return i + 1, true
		case escapes && r.text[i] == '\\':
			i++
		}
	}
	*none = true
	return i, false
}

// quote is the place behind a quote at i, which may itself be quoted: \".
func (r *redactor) quote(i int) (end int, ok bool) {
	end = r.run(i, func(c byte) bool { return c == '\\' })
	if end < len(r.text) && (r.text[end] == '"' || r.text[end] == '\'') {
		return end + 1, true
	}
	return i, false
}

// run is the end of the bytes from i on for which while holds.
func (r *redactor) run(i int, while func(byte) bool) int {
	start := i
	for i < len(r.text) && while(r.text[i]) {
		i++
	}
	r.steps += i - start + 1
	return i
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func isSpace(c byte) bool { return isBlank(c) || '\n' <= c && c <= '\r' }

// isBare: what a value without quotes consists of.
func isBare(c byte) bool { return !isSpace(c) && strings.IndexByte(",;&(){}[]\"'", c) < 0 }

func isCredential(c byte) bool { return isAlnum(c) || strings.IndexByte("._~+/=-", c) >= 0 }

// isScheme: those of credentials in an Authorization header.
func isScheme(name string) bool {
	return name == "Bearer" || name == "Basic" || name == "Digest" || name == "DPoP"
}

// isHeaderName: headers that are secret as a whole, with any prefix.
func isHeaderName(name string) bool {
	for _, h := range [...]string{"authorization", "cookie", "x-csrftoken", "x-csrf-token", "x-api-key"} {
		at := len(name) - len(h)
		if at >= 0 && strings.EqualFold(name[at:], h) && (at == 0 || !isWord(name[at-1])) {
			return true
		}
	}
	return false
}

// userinfo finds the passwords of scheme://user:password@host.
func (r *redactor) userinfo() {
	inURL := func(c byte) bool { return !isSpace(c) && c != '"' && c != '\'' && c != '?' && c != '#' }
	for i := 0; i < len(r.text); {
		end := r.run(i, inURL)
		part := r.text[i:end]
		at := strings.LastIndexByte(part, '@')
		for from := 0; at > from; {
			slashes := strings.Index(part[from:at], "://")
			if slashes < 0 {
				break
			}
			from += slashes + len("://")
			user := strings.IndexAny(part[from:at], ":/@")
			if user < 0 {
				break
			}
			from += user
			if part[from] == ':' {
				r.add(i+from+1, i+at)
				break
			}
		}
		i = end + 1
	}
}

// dsn finds the passwords of user:password@tcp(host)/name, as go-sql-driver has it.
func (r *redactor) dsn() {
	inDSN := func(c byte) bool { return !isSpace(c) && c != '"' && c != '\'' && c != '@' }
	for i := 0; i < len(r.text); {
		end := r.run(i, inDSN)
		if end < len(r.text) && r.text[end] == '@' && namesNetwork(r.text[end+1:]) {
			if colon := strings.IndexByte(r.text[i:end], ':'); colon > 0 && isNameByte(r.text[i+colon-1]) {
				r.add(i+colon+1, end)
			}
		}
		i = end + 1
	}
}

// namesNetwork reports whether a text begins with a network and its address.
func namesNetwork(s string) bool {
	for _, network := range [...]string{"(", "tcp(", "tcp6(", "unix("} {
		if strings.HasPrefix(s, network) {
			return true
		}
	}
	return false
}
