package secure

import (
	"maps"
	"slices"
	"strings"
)

// permissionsFeatures are the features that OWASP's Secure Headers project
// closes, without web-share: browsers on systems that have no dialog for it do not
// know the name, and complain about it on every page.
var permissionsFeatures = []string{
	"accelerometer", "autoplay", "camera", "cross-origin-isolated", "display-capture", "encrypted-media",
	"fullscreen", "geolocation", "gyroscope", "keyboard-map", "magnetometer", "microphone", "midi",
	"payment", "picture-in-picture", "publickey-credentials-get", "screen-wake-lock", "sync-xhr", "usb",
	"xr-spatial-tracking", "clipboard-read", "clipboard-write", "gamepad", "hid", "idle-detection",
	"serial", "unload", "browsing-topics",
}

// DefaultPermissionsPolicy closes every feature that a page seldom needs, a
// fresh map at each call: change it and give it to
// [Headers.PermissionsPolicy].
func DefaultPermissionsPolicy() map[string]string {
	p := make(map[string]string, len(permissionsFeatures))
	for _, feature := range permissionsFeatures {
		p[feature] = "()"
	}
	return p
}

func (c *compiler) permissions(h Headers) {
	const name = "Permissions-Policy"
	if h.InsecureNoPermissionsPolicy {
		return
	}
	features := h.PermissionsPolicy
	if features == nil {
		features = DefaultPermissionsPolicy()
	}
	var parts []string
	for _, feature := range slices.Sorted(maps.Keys(features)) {
		if !validKey(feature) {
			c.fail(name, "%q is not the name of a feature", feature)
			continue
		}
		if !validAllowlist(features[feature]) {
			c.fail(name, "%s: %q is not an allowlist as (), *, (self) or (self \"https://example.com\")", feature, features[feature])
			continue
		}
		parts = append(parts, feature+"="+features[feature])
	}
	if len(parts) > 0 {
		c.add(html, name, strings.Join(parts, ", "))
	}
}

// validAllowlist accepts "*" and a list of self, src and quoted origins in
// parentheses, the structured field of the specification.
func validAllowlist(s string) bool {
	if s == "*" {
		return true
	}
	inner, ok := strings.CutPrefix(s, "(")
	if !ok {
		return false
	}
	if inner, ok = strings.CutSuffix(inner, ")"); !ok {
		return false
	}
	for _, item := range strings.Fields(inner) {
		if item == "self" || item == "src" || item == "*" {
			continue
		}
		origin, ok := strings.CutPrefix(item, `"`)
		if !ok {
			return false
		}
		if origin, ok = strings.CutSuffix(origin, `"`); !ok {
			return false
		}
		origin = strings.Replace(origin, "://*.", "://", 1)
		if _, err := parseWebOrigin(origin); err != nil {
			return false
		}
	}
	return true
}

// validKey accepts the key of a structured field (RFC 9651) in lower case.
func validKey(s string) bool {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}
