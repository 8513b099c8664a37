package negotiate

import "strings"

// MatchesWeakly reports whether a validator, in quotes, is in a list as
// If-None-Match has one (RFC 9110, section 8.8.3.2). "*" matches any.
func MatchesWeakly(header []string, tag string) bool {
	tag = strings.TrimPrefix(tag, "W/")
	return matches(header, func(item string) bool { return strings.TrimPrefix(item, "W/") == tag })
}

// MatchesStrongly reports whether a validator, in quotes, is in a list as If-Match
// has one: a weak one never is. "*" matches any.
func MatchesStrongly(header []string, tag string) bool {
	return matches(header, func(item string) bool { return item == tag && !strings.HasPrefix(tag, "W/") })
}

func matches(header []string, same func(string) bool) bool {
	for _, line := range header {
		if len(line) > maxHeader {
			continue
		}
		for item := range strings.SplitSeq(line, ",") {
			if item = strings.TrimSpace(item); item == "*" || same(item) {
				return true
			}
		}
	}
	return false
}
