// Package negotiate reads the request headers that choose an answer: Accept, Accept-Language, Accept-Encoding, Range,
// If-Match and If-None-Match.
package negotiate

import (
	"slices"
	"strconv"
	"strings"
)

// maxHeader bounds the bytes of a header that are read, and maxItems the items. Browsers send a tenth of that.
const (
	maxHeader = 4 << 10
	maxItems  = 64
)

// Media returns the offered media type that the client likes best (RFC 9110, section 12.5.1), or "" when it accepts
// none. The first offer wins among equals and when there is no header.
func Media(header, offers []string) string {
	return bestMatch(header, offers, matchMedia, mediaSpecificity)
}

// Language returns the offered language that the client likes best (RFC 9110, section 12.5.4), or "" when it accepts
// none. An offer that matches no item as it stands is compared by its first part: "de" serves "de-AT", and "de-AT"
// serves "de".
func Language(header, offers []string) string {
	if best := bestMatch(header, offers, matchLanguage, plainSpecificity); best != "" {
		return best
	}
	return bestMatch(header, offers, func(offer, item string) bool {
		return matchLanguage(primaryTag(offer), item) || matchLanguage(offer, primaryTag(item)) || matchLanguage(primaryTag(offer), primaryTag(item))
	}, plainSpecificity)
}

// Encoding returns the offered content coding that the client likes best (RFC 9110, section 12.5.3), or "" when it
// accepts none. Without a header it is "identity" if that is offered.
func Encoding(header, offers []string) string {
	if len(header) == 0 && slices.Contains(offers, "identity") {
		return "identity"
	}
	return bestMatch(header, offers, func(offer, item string) bool {
		return item == "*" || strings.EqualFold(offer, item)
	}, plainSpecificity)
}

// item is one item of an Accept header.
type item struct {
	value   string
	quality float64
}

// parseAccept reads the items of a header. An item with a malformed quality has quality 0, which refuses it.
func parseAccept(header []string) []item {
	var items []item
	for _, line := range header {
		if len(line) > maxHeader {
			line = line[:maxHeader]
		}
		for part := range strings.SplitSeq(line, ",") {
			value, params, _ := strings.Cut(part, ";")
			item := item{strings.TrimSpace(value), 1}
			var others []string
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
					others = append(others, p)
				}
			}
			if item.value == "" {
				continue
			}
			if len(others) > 0 {
				item.value += ";" + strings.Join(others, ";")
			}
			if items = append(items, item); len(items) == maxItems {
				return items
			}
		}
	}
	return items
}

// bestMatch returns the offer with the best quality; among equals the one that matched the most specific item, then the
// first. The quality of an offer is that of the most specific item it matches, so that "text/html;q=0, */*" refuses
// text/html.
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

// matchMedia reports whether an offered media type matches an item of the header. The item may have wildcards.
// Parameters that the item has must be equal in the offer.
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

// mediaSpecificity orders items: */*, then type/*, then type/subtype, then those with parameters.
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
