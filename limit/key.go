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

// A KeyFunc says whom a request is counted for: an address, a user, a customer.
// Its result is the subject of the counter. An empty one stands for the client's
// address as [Address] gives it, so that a request without a user is still
// counted. Slashes in a subject are escaped, and one of more than 128 bytes is
// replaced by its SHA-256, so no client can reach into another's counter by the
// text it sends.
type KeyFunc func(c *dewar.Context) string

// Address is the client's address, from [dewar.Context.ClientIP]: the
// connection's, or what a configured proxy reported. It never looks at headers
// itself. IPv4 addresses count whole, IPv6 addresses by their first 64 bits,
// since one customer has all of the rest to choose from. A connection without an
// address, such as one over a Unix socket, is counted with all others of its
// kind: behind a proxy that connects so, configure it in [dewar.Config].
//
// It is what counts when nothing else is said.
func Address(c *dewar.Context) string { return subjectOf(c.ClientIP(), 32, 64) }

// AddressPrefix is [Address] with other lengths of prefix, such as 32 and 48:
// some networks give one customer 65,536 stretches of 64 bits. It panics when v4
// is not 0 to 32, or v6 not 0 to 128.
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

// Header is a request header's value. Clients choose their headers: count by one
// only when something before the application sets it or has verified it, such as
// a gateway that checks keys. Otherwise whoever sends another value each time is
// never limited. Requests without the header are counted by address.
func Header(name string) KeyFunc {
	name = http.CanonicalHeaderKey(name)
	if name == "" {
		panic(fmt.Sprintf("limit: Header at %s: the name is empty", callerLocation()))
	}
	return func(c *dewar.Context) string { return c.Request().Header.Get(name) }
}

// User is a signed-in user's id, as id gives it, and the address for everybody
// else. Where the id is known only once the session has been loaded, set
// [Rule.Late]. Ids cannot be taken for addresses: they are counted as "user:id".
func User(id func(c *dewar.Context) string) KeyFunc {
	return func(c *dewar.Context) string {
		if v := id(c); v != "" {
			return "user:" + v
		}
		return ""
	}
}

// Join counts by several at once, such as account and address. Where one of them
// is empty the address takes its place.
func Join(keys ...KeyFunc) KeyFunc {
	return func(c *dewar.Context) string {
		parts := make([]string, len(keys))
		for i, key := range keys {
			if parts[i] = key(c); parts[i] == "" {
				parts[i] = Address(c)
			}
			// Its length says where each ends, whatever it holds.
			parts[i] = fmt.Sprintf("%d:%s", len(parts[i]), parts[i])
		}
		return strings.Join(parts, ",")
	}
}

// maxSubject is the longest subject that is kept as it is.
const maxSubject = 128

// appendSubject adds what a KeyFunc gave to a key.
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
