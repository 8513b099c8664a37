package negotiate

import "strings"

// MatchesWeakly reports whether the list of an If-None-Match header has the tag, by the weak comparison (RFC 9110,
// section 8.8.3.2). tag is in quotes. "*" matches any tag.
func MatchesWeakly(header []string, tag string) bool {
	tag = strings.TrimPrefix(tag, "W/")
	return matches(header, func(item string) bool { return strings.TrimPrefix(item, "W/") == tag })
}

// MatchesStrongly reports whether the list of an If-Match header has the tag, by the strong comparison: a weak tag
// never matches. tag is in quotes. "*" matches any tag.
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
