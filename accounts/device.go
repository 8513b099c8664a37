package accounts

import (
	"crypto/rand"
	"net/http"
	"strings"
	"time"

	"github.com/dewar-go/dewar"
)

// deviceLife is how long a browser is known after a login.
const deviceLife = 180 * 24 * time.Hour

// The device cookie says that somebody logged in to an account from this browser. Such browsers have their own count of
// tries, so that nobody elsewhere locks the owner out (OWASP's device cookies). It proves nothing else.

func deviceName(c *dewar.Context) string {
	if c.Scheme() == "https" {
		return "__Host-accounts_device"
	}
	return "accounts_device"
}

func (a *Accounts) setDevice(c *dewar.Context, account *Account) error {
	if _, known := a.device(c, account.Email); known {
		return nil
	}
	value := c.App().Keys().TimestampSigner("accounts.device").Sign(hash(account.Email)[:32] + rand.Text())
	return c.SetCookie(http.Cookie{Name: deviceName(c), Value: value, Secure: c.Scheme() == "https", MaxAge: int(deviceLife.Seconds())})
}

// device returns the key for tries from a browser that logged in to the account of an address before.
func (a *Accounts) device(c *dewar.Context, email string) (key string, known bool) {
	value := c.Cookie(deviceName(c))
	if value == "" || len(value) > 200 {
		return "", false
	}
	payload, _, err := c.App().Keys().TimestampSigner("accounts.device").Unsign(value, deviceLife)
	if err != nil || !strings.HasPrefix(payload, hash(email)[:32]) {
		return "", false
	}
	return "device:" + hash(payload), true
}
