package routing

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// encodeHost lower-cases a host name and encodes it for the DNS (IDNA 2003, RFC
// 3490, as Python's codec does). A port stays as it is. Of Unicode's
// normalization (NFKC) only wide letters and the characters without a shape are
// done here: the standard library has none.
func encodeHost(host string) (string, error) {
	if !utf8.ValidString(host) {
		return "", ErrBadHost
	}
	host = strings.ToLower(host)
	name, port := host, ""
	if i := strings.IndexByte(host, ':'); i >= 0 {
		name, port = host[:i], host[i:]
	}
	if plainHost(name) {
		return host, nil
	}
	labels := strings.Split(prepared.Replace(strings.Map(prepare, name)), ".")
	for i, label := range labels {
		if label == "" && i < len(labels)-1 {
			return "", ErrBadHost
		}
		if !isASCII(label) && utf8.RuneCountInString(label) <= 63 {
			label = "xn--" + punycode(label)
		}
		if len(label) > 63 {
			return "", ErrBadHost
		}
		labels[i] = label
	}
	return strings.Join(labels, ".") + port, nil
}

// plainHost reports whether a name needs neither encoding nor a closer look,
// without allocating.
func plainHost(name string) bool {
	length := 0
	for i := range len(name) {
		switch {
		case name[i] >= utf8.RuneSelf:
			return false
		case name[i] == '.' && length == 0:
			return false
		case name[i] == '.':
			length = 0
		default:
			if length++; length > 63 {
				return false
			}
		}
	}
	return true
}

// prepared has what becomes more than one character, or is no letter.
var prepared = strings.NewReplacer("\u3002", ".", "\uff61", ".", "ß", "ss")

// prepare maps one character as Nameprep (RFC 3491) does, as far as tables of
// a few entries go.
func prepare(r rune) rune {
	switch {
	case r == 0xad, r == 0x34f, r == 0x1806, 0x180b <= r && r <= 0x180d, 0x200b <= r && r <= 0x200d,
		r == 0x2060, 0xfe00 <= r && r <= 0xfe0f, r == 0xfeff:
		return -1 // mapped to nothing
	case 0xff01 <= r && r <= 0xff5e:
		return unicode.ToLower(r - 0xfee0) // the wide forms of ASCII
	case r == 'ς':
		return 'σ'
	}
	return r
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// punycode is RFC 3492, section 6.3.
func punycode(label string) string {
	const base, tMin, tMax, skew, damp = 36, 1, 26, 38, 700
	runes := []rune(label)
	var out []byte
	for _, r := range runes {
		if r < utf8.RuneSelf {
			out = append(out, byte(r))
		}
	}
	basic := len(out)
	done := basic
	if basic > 0 {
		out = append(out, '-')
	}
	n, delta, bias := rune(128), 0, 72
	for done < len(runes) {
		next := rune(utf8.MaxRune)
		for _, r := range runes {
			if r >= n {
				next = min(next, r)
			}
		}
		delta += int(next-n) * (done + 1)
		n = next
		for _, r := range runes {
			if r < n {
				delta++
			}
			if r != n {
				continue
			}
			q := delta
			for k := base; ; k += base {
				t := min(max(k-bias, tMin), tMax)
				if q < t {
					break
				}
				out = append(out, digit36(t+(q-t)%(base-t)))
				q = (q - t) / (base - t)
			}
			out = append(out, digit36(q))
			if done == basic {
				delta /= damp
			} else {
				delta /= 2
			}
			done++
			delta += delta / done
			k := 0
			for ; delta > (base-tMin)*tMax/2; k += base {
				delta /= base - tMin
			}
			bias = k + (base-tMin+1)*delta/(delta+skew)
			delta = 0
		}
		delta++
		n++
	}
	return string(out)
}

func digit36(d int) byte {
	if d < 26 {
		return 'a' + byte(d)
	}
	return '0' + byte(d-26)
}
