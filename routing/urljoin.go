package routing

import "strings"

// joinURL resolves target against scheme://host/script as Python's urljoin does (RFC 3986, section 5.2). Escapes are
// not changed.
func joinURL(scheme, host, script, target string) string {
	origin := scheme + "://" + host
	if target == "" {
		return origin + script
	}
	if i := strings.IndexAny(target, ":/?#"); i > 0 && target[i] == ':' && isScheme(target[:i]) {
		if !strings.EqualFold(target[:i], scheme) {
			return target
		}
		target = target[i+1:]
		if target == "" {
			return origin + script
		}
	}
	if strings.HasPrefix(target, "//") {
		return scheme + ":" + target
	}
	path, tail := target, ""
	if i := strings.IndexAny(target, "?#"); i >= 0 {
		path, tail = target[:i], target[i:]
	}
	if path == "" {
		return origin + script + tail
	}
	if !strings.HasPrefix(path, "/") {
		path = script[:strings.LastIndexByte(script, '/')+1] + path
	}
	return origin + resolveDots(path) + tail
}

func isScheme(s string) bool {
	for i := range len(s) {
		c := s[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || i > 0 && ('0' <= c && c <= '9' || c == '+' || c == '-' || c == '.') {
			continue
		}
		return false
	}
	return s != ""
}

// resolveDots removes "." and ".." segments, and empty ones as urljoin does.
func resolveDots(path string) string {
	segments := strings.Split(path, "/")
	var out []string
	for i, s := range segments {
		switch {
		case s == "" && i > 0 && i < len(segments)-1:
		case s == "..":
			if len(out) > 1 {
				out = out[:len(out)-1]
			}
		case s == ".":
		default:
			out = append(out, s)
		}
	}
	if last := segments[len(segments)-1]; last == "." || last == ".." {
		out = append(out, "")
	}
	if len(out) == 1 {
		return "/" + out[0]
	}
	return strings.Join(out, "/")
}
