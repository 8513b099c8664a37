package werkzeug

import "strings"

// Query parses a URL's query or the body of an urlencoded form: pairs separated by ampersands, in order. A name without
// "=" has an empty value. A semicolon separates nothing. A "%" that begins no escape stays as it is.
func Query(s string) []Pair {
	if s == "" {
		return nil
	}
	pairs := make([]Pair, 0, min(strings.Count(s, "&")+1, 64))
	for s != "" {
		var pair string
		pair, s, _ = strings.Cut(s, "&")
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		pairs = append(pairs, Pair{queryText(name), queryText(value)})
	}
	return pairs
}

func queryText(s string) string {
	return Text(unescape(strings.ReplaceAll(s, "+", " ")))
}
