package secure

import (
	"net/http"
	"strings"
)

// varyCookie is shared by all answers; its capacity is 1.
var varyCookie = []string{"Cookie"}

// maxVary bounds the names in a Vary header.
const maxVary = 64

// AddVary adds names, each a field name or several with commas, to the Vary
// header of h without repeating one that is there. A "*" stays alone, and stands
// for more than 64 names: no cache keeps such an answer.
func AddVary(h http.Header, names ...string) {
	old := h["Vary"]
	if len(old) == 0 && len(names) == 1 && names[0] == "Cookie" {
		h["Vary"] = varyCookie
		return
	}
	if len(old) == 1 && len(names) == 1 && strings.EqualFold(old[0], names[0]) {
		return
	}
	var all []string
	for _, list := range append(old[:len(old):len(old)], names...) {
		for name := range strings.SplitSeq(list, ",") {
			name = strings.TrimSpace(name)
			if name != "" && name != "*" && !containsFold(all, name) {
				all = append(all, name)
			}
			if name == "*" || len(all) > maxVary {
				h["Vary"] = []string{"*"}
				return
			}
		}
	}
	if len(all) > 0 {
		h["Vary"] = []string{strings.Join(all, ", ")}
	}
}

func containsFold(list []string, s string) bool {
	for _, v := range list {
		if strings.EqualFold(v, s) {
			return true
		}
	}
	return false
}
