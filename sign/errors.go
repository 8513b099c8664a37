package sign

import (
	"strings"
	"time"
)

// BadData is the root of all errors about a signed value that is not accepted. [errors.As] with a *BadData finds it in
// each of them.
//
// Source: itsdangerous.BadData.
type BadData struct {
	// Message is the text of itsdangerous. It quotes the untrusted value as Python does (b'...'), with control
	// characters escaped.
	Message string
}

func (e *BadData) Error() string { return "sign: " + e.Message }

// BadSignature says that a signature is missing or does not match.
type BadSignature struct {
	BadData
	// Payload is the value without its signature, which did not match. Do not trust it. For a serializer it is still
	// encoded.
	Payload string
	// HasPayload is false when the value could not be split.
	HasPayload bool
}

// Unwrap gives the *BadData part.
func (e *BadSignature) Unwrap() error { return &e.BadData }

// BadTimeSignature says that a signature with a timestamp is missing, does
// not match, or has a timestamp that cannot be read.
type BadTimeSignature struct {
	BadSignature
	// DateSigned is the time in the value, in UTC, or zero. It can be trusted only in a SignatureExpired.
	DateSigned time.Time
}

// Unwrap gives the *BadSignature part.
func (e *BadTimeSignature) Unwrap() error { return &e.BadSignature }

// SignatureExpired says that a signature matches but is older than allowed or was made in the future.
type SignatureExpired struct{ BadTimeSignature }

// Unwrap gives the *BadTimeSignature part.
func (e *SignatureExpired) Unwrap() error { return &e.BadTimeSignature }

// BadHeader says that a signed header is malformed. No serializer of this
// package has a header; the type is for formats built on it.
type BadHeader struct {
	BadSignature
	// Header is the malformed header when there is one.
	Header any
	// Err is why it is malformed, or nil.
	Err error
}

// Unwrap gives the *BadSignature part and the cause.
func (e *BadHeader) Unwrap() []error { return causes(&e.BadSignature, e.Err) }

// BadPayload says that a payload cannot be decoded. Its signature matched, unless it was loaded without verification.
type BadPayload struct {
	BadData
	// Err is the decoder's error.
	Err error
}

// Unwrap gives the *BadData part and the cause.
func (e *BadPayload) Unwrap() []error { return causes(&e.BadData, e.Err) }

func causes(parent, cause error) []error {
	if cause == nil {
		return []error{parent}
	}
	return []error{parent, cause}
}

// pythonBytes quotes s as Python's repr of a bytes object.
func pythonBytes(s string) string {
	const hex = "0123456789abcdef"
	quote := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	var b strings.Builder
	b.Grow(len(s) + 3)
	b.WriteByte('b')
	b.WriteByte(quote)
	for i := range len(s) {
		switch c := s[i]; {
		case c == quote || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c < ' ' || c >= 0x7f:
			b.WriteString(`\x`)
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte(quote)
	return b.String()
}
