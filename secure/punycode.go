package secure

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// toASCII converts the labels of a host that are not ASCII to their IDNA
// form: lower case, Punycode (RFC 3492), "xn--". The full preparation of IDNA
// (normalisation, script rules) needs tables that the standard library does
// not export; a label that is not in its composed, lower-case form is
// converted as it stands.
func toASCII(host string) (string, error) {
	if isASCII(host) {
		return host, nil
	}
	if len(host) > maxHostLength || !utf8.ValidString(host) {
		return "", errors.New("not a host name or an IP address")
	}
	name, port, hasPort := strings.Cut(host, ":")
	labels := strings.FieldsFunc(name, func(r rune) bool {
		// The full stops of IDNA (RFC 3490, section 3.1).
		return r == '.' || r == '\u3002' || r == '\uff0e' || r == '\uff61'
	})
	for i, label := range labels {
		if isASCII(label) {
			continue
		}
		for _, r := range label {
			if r >= utf8.RuneSelf && !unicode.In(r, unicode.Letter, unicode.Mark, unicode.Number) {
				return "", errors.New("a host name holds letters, digits and hyphens")
			}
		}
		labels[i] = "xn--" + punycode(strings.ToLower(label))
	}
	name = strings.Join(labels, ".")
	if hasPort {
		name += ":" + port
	}
	return name, nil
}

// punycode encodes one label as section 6.3 of RFC 3492 says.
func punycode(label string) string {
	const base, tmin, tmax, skew, damp = 36, 1, 26, 38, 700
	adapt := func(delta, points int, first bool) int {
		if first {
			delta /= damp
		} else {
			delta /= 2
		}
		delta += delta / points
		k := 0
		for delta > (base-tmin)*tmax/2 {
			delta /= base - tmin
			k += base
		}
		return k + (base-tmin+1)*delta/(delta+skew)
	}
	const digits = "abcdefghijklmnopqrstuvwxyz0123456789"

	input := []rune(label)
	var out []byte
	for _, r := range input {
		if r < utf8.RuneSelf {
			out = append(out, byte(r))
		}
	}
	basic := len(out)
	if basic > 0 {
		out = append(out, '-')
	}
	n, delta, bias := rune(0x80), 0, 72
	for handled := basic; handled < len(input); {
		next := rune(unicode.MaxRune + 1)
		for _, r := range input {
			if r >= n && r < next {
				next = r
			}
		}
		delta += int(next-n) * (handled + 1)
		n = next
		for _, r := range input {
			if r < n {
				delta++
			}
			if r != n {
				continue
			}
			q := delta
			for k := base; ; k += base {
				t := min(max(k-bias, tmin), tmax)
				if q < t {
					break
				}
				out = append(out, digits[t+(q-t)%(base-t)])
				q = (q - t) / (base - t)
			}
			out = append(out, digits[q])
			bias = adapt(delta, handled+1, handled == basic)
			delta = 0
			handled++
		}
		delta++
		n++
	}
	return string(out)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
