package werkzeug

import "strings"

// Options reads a header that is a value with parameters, such as Content-Type and Content-Disposition (Werkzeug's
// parse_options_header). The names of parameters are in lower case. Extended values (charset'language'text) are decoded
// and continuations are joined (RFC 2231, RFC 8187). Only the first 100 parameters are read.
func Options(header string) (value string, options map[string]string) {
	value, rest, _ := strings.Cut(header, ";")
	value = trim(value)
	if value == "" || trim(rest) == "" {
		return Text(value), nil
	}
	options = map[string]string{}
	charset := "" // a continuation has the charset of its first part
	for n := 0; rest != "" && n < 100; n++ {
		var key, v string
		var ok bool
		if key, v, rest, ok = nextOption(rest); !ok {
			continue
		}
		if name, extended := strings.CutSuffix(key, "*"); extended {
			key = name
			if set, text, marked := cutCharset(v); marked {
				charset, v = strings.ToLower(set), text
			}
			v = decode(unescape(v), charset)
		}
		v = unquote(v)
		if name, number, many := cutLast(key, '*'); many && name != "" && isDigits(number) {
			options[Text(name)] += Text(v)
			continue
		}
		charset = ""
		options[Text(key)] = Text(v)
	}
	return Text(value), options
}

// nextOption cuts the first parameter off the rest of a header. ok is false when what follows is no parameter.
func nextOption(s string) (key, value, rest string, ok bool) {
	end := len(s)
	eq := strings.IndexAny(s, "=;")
	if eq < 0 || s[eq] == ';' {
		if eq >= 0 {
			end = eq
		}
		return "", "", s[min(end+1, len(s)):], false
	}
	key = strings.ToLower(trim(s[:eq]))
	s = strings.TrimLeft(s[eq+1:], " \t\n\r\v\f")
	if strings.HasPrefix(s, `"`) {
		if n := quoted(s); n > 0 {
			value, s = s[:n], s[n:]
			_, rest, _ = strings.Cut(s, ";")
			return key, value, rest, isOption(key)
		}
	}
	value, rest, _ = strings.Cut(s, ";")
	value = trim(value)
	return key, value, rest, isOption(key) && value != ""
}

// quoted returns the length of the quoted string at the start of s, or 0 when it does not end.
func quoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if i+1 < len(s) && (s[i+1] == '\\' || s[i+1] == '"') {
				i++
			}
		case '"':
			return i + 1
		}
	}
	return 0
}

func isOption(key string) bool {
	return key != "" && key[0] != '*' && !strings.ContainsAny(key, " \t\n\r\v\f,\"")
}

var quotes = strings.NewReplacer(`\\`, `\`, `\"`, `"`, "%22", `"`)

func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return quotes.Replace(s[1 : len(s)-1])
	}
	return s
}

// cutCharset cuts charset'language' off an extended value.
func cutCharset(s string) (charset, text string, ok bool) {
	charset, rest, ok := strings.Cut(s, "'")
	if !ok || strings.ContainsAny(charset, "\" ") {
		return "", s, false
	}
	if _, text, ok = strings.Cut(rest, "'"); !ok {
		return "", s, false
	}
	return charset, text, true
}

func cutLast(s string, sep byte) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// decode decodes bytes by their charset: ASCII and Latin-1 if it names one of them, and UTF-8 otherwise.
func decode(s, charset string) string {
	switch charset {
	case "iso-8859-1", "latin-1", "latin1":
		r := make([]rune, len(s))
		for i := range len(s) {
			r[i] = rune(s[i])
		}
		return string(r)
	case "ascii", "us-ascii":
		r := make([]rune, len(s))
		for i := range len(s) {
			if r[i] = rune(s[i]); s[i] >= 0x80 {
				r[i] = 0xFFFD
			}
		}
		return string(r)
	}
	return Text(s)
}
