package dewar

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dewar-go/dewar/secure"
)

// maxAccept bounds an Accept header and the number of items read of it: what
// browsers send is a tenth of it.
const (
	maxAccept      = 4 << 10
	maxAcceptItems = 64
)

// Accepts returns which of the offered media types the client likes best, by
// the quality and specificity of its Accept header (RFC 9110, section 12.5.1),
// as Werkzeug's accept_mimetypes.best_match does. Of equally liked ones the
// first offered wins; without the header that is the first one. It is "" when
// the client takes none of them. The header is added to Vary, so that caches keep
// what each kind of client gets apart, and so with the methods below.
func (c *Context) Accepts(offers ...string) string {
	secure.AddVary(c.w.Header(), "Accept")
	return bestMatch(c.r.Header["Accept"], offers, matchMedia, mediaSpecificity)
}

// AcceptsLanguage returns which of the offered languages the client likes best.
// A language without a match of its own is matched by its first part: "de"
// serves "de-AT", and "de-AT" serves "de".
func (c *Context) AcceptsLanguage(offers ...string) string {
	secure.AddVary(c.w.Header(), "Accept-Language")
	header := c.r.Header["Accept-Language"]
	if best := bestMatch(header, offers, matchLanguage, plainSpecificity); best != "" {
		return best
	}
	return bestMatch(header, offers, func(offer, item string) bool {
		return matchLanguage(primaryTag(offer), item) || matchLanguage(offer, primaryTag(item)) || matchLanguage(primaryTag(offer), primaryTag(item))
	}, plainSpecificity)
}

// AcceptsEncoding returns which of the offered content codings the client likes
// best; "identity" is always acceptable unless refused.
func (c *Context) AcceptsEncoding(offers ...string) string {
	secure.AddVary(c.w.Header(), "Accept-Encoding")
	header := c.r.Header["Accept-Encoding"]
	if len(header) == 0 && slices.Contains(offers, "identity") {
		return "identity"
	}
	return bestMatch(header, offers, func(offer, item string) bool {
		return item == "*" || strings.EqualFold(offer, item)
	}, plainSpecificity)
}

// acceptItem is one item of an Accept header.
type acceptItem struct {
	value   string
	quality float64
}

// parseAccept reads a header's items. One with a malformed quality counts as
// refused.
func parseAccept(header []string) []acceptItem {
	var items []acceptItem
	for _, line := range header {
		if len(line) > maxAccept {
			line = line[:maxAccept]
		}
		for part := range strings.SplitSeq(line, ",") {
			value, params, _ := strings.Cut(part, ";")
			item := acceptItem{strings.TrimSpace(value), 1}
			var kept []string
			for p := range strings.SplitSeq(params, ";") {
				p = strings.TrimSpace(p)
				name, q, ok := strings.Cut(p, "=")
				if ok && strings.EqualFold(strings.TrimSpace(name), "q") {
					f, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
					if err != nil || !(f >= 0) {
						f = 0
					}
					item.quality = min(f, 1)
				} else if p != "" {
					kept = append(kept, p)
				}
			}
			if item.value == "" {
				continue
			}
			if len(kept) > 0 {
				item.value += ";" + strings.Join(kept, ";")
			}
			if items = append(items, item); len(items) == maxAcceptItems {
				return items
			}
		}
	}
	return items
}

// bestMatch picks the offer with the best quality, then the most specific item.
// An offer's quality is that of the most specific item it matches, so that
// "text/html;q=0, */*" refuses text/html.
func bestMatch(header, offers []string, match func(offer, item string) bool, specificity func(string) int) string {
	if len(offers) == 0 {
		return ""
	}
	items := parseAccept(header)
	if len(items) == 0 {
		if len(header) > 0 && strings.TrimSpace(strings.Join(header, "")) != "" {
			return ""
		}
		return offers[0]
	}
	best, bestQuality, bestSpecificity := "", 0.0, -1
	for _, offer := range offers {
		quality, specific := 0.0, -1
		for _, item := range items {
			if s := specificity(item.value); match(offer, item.value) && s > specific {
				quality, specific = item.quality, s
			}
		}
		if quality > 0 && (quality > bestQuality || quality == bestQuality && specific > bestSpecificity) {
			best, bestQuality, bestSpecificity = offer, quality, specific
		}
	}
	return best
}

// matchMedia matches a media type against one of a header, which may have
// wildcards. Parameters of the header's must be the offer's.
func matchMedia(offer, item string) bool {
	offerType, offerParams, _ := strings.Cut(strings.ToLower(offer), ";")
	itemType, itemParams, hasParams := strings.Cut(strings.ToLower(item), ";")
	if itemType == "*" {
		itemType = "*/*"
	}
	ot, os, _ := strings.Cut(strings.TrimSpace(offerType), "/")
	it, is, ok := strings.Cut(strings.TrimSpace(itemType), "/")
	if !ok || it == "*" && is != "*" {
		return false
	}
	if it != "*" && it != ot || is != "*" && is != os {
		return false
	}
	return !hasParams || sameParams(offerParams, itemParams)
}

func sameParams(a, b string) bool {
	list := func(s string) []string {
		parts := strings.Split(strings.ReplaceAll(s, " ", ""), ";")
		slices.Sort(parts)
		return parts
	}
	return slices.Equal(list(a), list(b))
}

// mediaSpecificity orders */*, type/*, type/subtype and parameters.
func mediaSpecificity(item string) int {
	kind, _, _ := strings.Cut(item, ";")
	switch {
	case kind == "*" || strings.HasPrefix(kind, "*/"):
		return 0
	case strings.HasSuffix(kind, "/*"):
		return 1
	}
	return 2 + strings.Count(item, ";")
}

func plainSpecificity(item string) int {
	if item == "*" {
		return 0
	}
	return 1
}

func matchLanguage(offer, item string) bool {
	return item == "*" || strings.EqualFold(strings.ReplaceAll(offer, "_", "-"), strings.ReplaceAll(item, "_", "-"))
}

func primaryTag(language string) string {
	tag, _, _ := strings.Cut(strings.ReplaceAll(language, "_", "-"), "-")
	return tag
}

// BasicAuth returns the user and password of HTTP Basic authentication
// (RFC 7617), and whether there are any.
func (c *Context) BasicAuth() (user, password string, ok bool) { return c.r.BasicAuth() }

// BearerToken returns the token of an Authorization: Bearer header (RFC 6750),
// and whether there is one.
func (c *Context) BearerToken() (token string, ok bool) {
	scheme, token, ok := strings.Cut(c.r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	if !ok || token == "" || !strings.EqualFold(scheme, "bearer") {
		return "", false
	}
	return token, true
}
