package limit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/netip"
	"strings"

	"github.com/dewar-go/dewar"
)

// A KeyFunc returns the subject that a request is counted for: an address, a user, a customer. For an empty result the
// client's address counts, as [Address] returns it, so that a request without a user is still counted. Slashes in a
// subject are escaped and a subject of more than 128 bytes is replaced by its SHA-256. So no text that a client sends
// reaches another client's counter.
type KeyFunc func(c *dewar.Context) string

// Address counts by the client's address, [dewar.Context.ClientIP]: the address of the connection, or the one that a
// configured proxy reported. It does not read headers itself. An IPv4 address counts whole. Of an IPv6 address the
// first 64 bits count, because a customer can choose the rest. All connections without an address, such as those over a
// Unix socket, are counted together: configure a proxy that connects so in [dewar.Config].
//
// It is the default.
func Address(c *dewar.Context) string { return subjectOf(c.ClientIP(), 32, 64) }

// AddressPrefix is [Address] with other lengths of prefix, such as 32 and 48: some networks give one customer 65,536
// networks of 64 bits. It panics when v4 is not 0 to 32, or v6 not 0 to 128.
func AddressPrefix(v4, v6 int) KeyFunc {
	if v4 < 0 || v4 > 32 || v6 < 0 || v6 > 128 {
		panic(fmt.Sprintf("limit: AddressPrefix(%d, %d) at %s: the lengths are 0 to 32 and 0 to 128 bits", v4, v6, callerLocation()))
	}
	return func(c *dewar.Context) string { return subjectOf(c.ClientIP(), v4, v6) }
}

// noAddress is the subject of connections without an address.
const noAddress = "local"

func subjectOf(addr netip.Addr, v4, v6 int) string {
	var b [64]byte
	return string(appendAddress(b[:0], addr, v4, v6))
}

func appendAddress(b []byte, addr netip.Addr, v4, v6 int) []byte {
	addr = addr.Unmap().WithZone("")
	if !addr.IsValid() {
		return append(b, noAddress...)
	}
	n := v4
	if addr.Is6() {
		n = v6
	}
	p, err := addr.Prefix(n)
	if err != nil {
		return append(b, noAddress...)
	}
	return p.Addr().AppendTo(b)
}

// Header counts by the value of a request header. Use it only for a header that something before the application sets
// or has verified, such as a gateway that checks keys. Otherwise a client that sends another value each time is never
// limited. Requests without the header are counted by address.
func Header(name string) KeyFunc {
	name = http.CanonicalHeaderKey(name)
	if name == "" {
		panic(fmt.Sprintf("limit: Header at %s: the name is empty", callerLocation()))
	}
	return func(c *dewar.Context) string { return c.Request().Header.Get(name) }
}

// User counts by the id of a signed-in user, and by address for other requests. Set [Rule.Late] when the id is known
// only after the session was loaded. An id cannot be taken for an address: it is counted as "user:id".
func User(id func(c *dewar.Context) string) KeyFunc {
	return func(c *dewar.Context) string {
		if v := id(c); v != "" {
			return "user:" + v
		}
		return ""
	}
}

// Join counts by several keys together, such as account and address. For an empty key the address is used.
func Join(keys ...KeyFunc) KeyFunc {
	return func(c *dewar.Context) string {
		parts := make([]string, len(keys))
		for i, key := range keys {
			if parts[i] = key(c); parts[i] == "" {
				parts[i] = Address(c)
			}
			// The length before each part says where it ends, whatever it contains.
			parts[i] = fmt.Sprintf("%d:%s", len(parts[i]), parts[i])
		}
		return strings.Join(parts, ",")
	}
}

// maxSubject is the length of the longest subject that is not replaced by its hash.
const maxSubject = 128

// appendSubject appends the subject of a KeyFunc to a key.
func appendSubject(b []byte, s string) []byte {
	if len(s) > maxSubject {
		sum := sha256.Sum256([]byte(s))
		return hex.AppendEncode(append(b, "sha256:"...), sum[:])
	}
	const digits = "0123456789ABCDEF"
	for i := range len(s) {
		if ch := s[i]; ch <= ' ' || ch >= 0x7f || ch == '/' || ch == '%' {
			b = append(b, '%', digits[ch>>4], digits[ch&15])
		} else {
			b = append(b, ch)
		}
	}
	return b
}
