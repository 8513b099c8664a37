package secure

import "errors"

// ErrHeaderValue is returned by [HeaderValue].
var ErrHeaderValue = errors.New("secure: header value with a control character")

// HeaderValue returns [ErrHeaderValue] when s may not be the value of a
// header: when it holds CR, LF, NUL or another control character but a tab
// (RFC 9110, section 5.5). net/http replaces line breaks by spaces and sends
// the rest; a value that comes from outside is better refused.
func HeaderValue(s string) error {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7F {
			return ErrHeaderValue
		}
	}
	return nil
}
