package dewar

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/dewar-go/dewar/secure"
	"github.com/dewar-go/dewar/sign"
)

// A mode is what is known of where the app listens and who terminates TLS.
// There is no name of an environment: this decides what is required.
type mode uint8

const (
	loopback mode = iota // only this machine can reach it
	secured              // TLS here, or behind configured proxies
	plain                // any other address, plain HTTP
)

// String names the place in messages.
func (m mode) String() string {
	switch m {
	case loopback:
		return "a loopback address"
	case secured:
		return "an address in the open (TLS, or behind proxies)"
	}
	return "an address that other machines can reach"
}

// modeFor decides from the settings and the address. TLS, configured proxies and
// load balancers decide before the address does: what connects to it speaks for
// others. An address that is not known, as when the handler serves inside
// somebody else's server, counts as one in the open.
func (a *App) modeFor(addr string) mode {
	c := &a.cfg
	switch {
	case c.TLSCertFile == adhoc && isLoopback(addr):
		return loopback
	case a.certificates != nil || c.TLSCertFile != "" || c.TLSKeyFile != "" || len(c.Proxies.Trusted) > 0:
		return secured
	case len(c.ProxyProtocol) > 0:
		return plain // the balancer passes on what it gets, and TLS does not end here
	case addr == "" && c.Loopback:
		return loopback
	case addr == "":
		return secured
	case isLoopback(addr):
		return loopback
	}
	return plain
}

// isLoopback reports whether only this machine can connect to addr. A name
// other than localhost is not looked up: what it means may change.
func isLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		host = addr
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// https reports whether browsers reach the app by HTTPS.
func (m mode) https() bool { return m == secured }

// buildSecurity makes the pieces of the gate and the headers.
func (a *App) buildSecurity(m mode) error {
	var problems []error
	hosts := a.cfg.TrustedHosts
	if m == loopback {
		hosts = append([]string{"localhost", "127.0.0.1", "[::1]"}, hosts...)
		if a.cfg.SubdomainMatching {
			hosts = append(hosts, ".localhost") // browsers take it for this machine
		}
	}
	var err error
	if a.hosts, err = secure.NewHosts(hosts); err != nil && len(hosts) > 0 {
		problems = append(problems, fmt.Errorf("TrustedHosts: %w", err))
	}
	a.connections = secure.NewConnections(a.cfg.connectionLimits())
	if a.proxies, err = secure.NewProxies(a.cfg.Proxies); err != nil {
		problems = append(problems, fmt.Errorf("Proxies: %w", err))
	}
	if a.headers, err = a.cfg.Headers.Compile(); err != nil {
		problems = append(problems, fmt.Errorf("Headers: %w", err))
	}
	policy := a.cfg.Headers.ContentSecurityPolicy
	a.nonces = !a.cfg.Headers.InsecureNoContentSecurityPolicy && (policy == nil || policy.UsesNonce()) ||
		a.cfg.Headers.ContentSecurityPolicyReportOnly.UsesNonce()
	return errors.Join(problems...)
}

// buildKeys makes the keys that the settings give, or says what is wrong with
// them. It leaves a.keys nil when they are to come from the instance folder.
func (a *App) buildKeys(m mode) (err error) {
	if a.keys != nil { // given by a test
		return nil
	}
	if !a.cfg.SecretKey.IsSet() {
		if a.cfg.Flask != nil {
			return nil // said by the check of Flask's settings
		}
		if m != loopback {
			return errors.New("SecretKey is required on " + m.String() + ": make one with the command \"secret new\" and give it as SECRET_KEY, best as a reference such as file:/run/secrets/key")
		}
		if len(a.cfg.SecretKeyFallbacks) > 0 {
			return errors.New("SecretKeyFallbacks without a SecretKey: there is nothing to fall back from")
		}
		return nil
	}
	if a.keys, err = a.cfg.ring(a.cfg.SecretKey, a.cfg.SecretKeyFallbacks); err != nil {
		return fmt.Errorf("SecretKey: %w", err)
	}
	return nil
}

// openKeys gets the keys from the instance folder when the settings gave none,
// and makes what depends on them. It is apart from the rest, and last, so that
// a start that fails for another reason leaves no key behind.
func (a *App) openKeys() error {
	a.keysOnce.Do(func() {
		if a.keys == nil {
			if a.keys, a.keysErr = instanceKeys(a.cfg.InstanceDir); a.keysErr != nil {
				a.keysErr = fmt.Errorf("dewar: %w", trimPrefix(a.keysErr))
				return
			}
		}
		a.keysErr = a.useKeys(a.keys)
	})
	return a.keysErr
}

// useKeys makes what depends on the keys.
func (a *App) useKeys(ring *sign.KeyRing) (err error) {
	a.store, a.sessionInCookie = a.makeStore(ring), a.cfg.Session.Store == nil
	a.csrf, err = a.makeCSRF(ring)
	return err
}

// SecretKeyFile is the name of the file of secret keys in the instance folder:
// what an app on a loopback address signs with when no SecretKey is given. It
// is a key file of package sign.
const SecretKeyFile = "secret_key"

// instanceKeys reads the keys kept in the instance folder, making one first
// when there is none. The file belongs to its owner alone.
func instanceKeys(dir string) (*sign.KeyRing, error) {
	if err := MakeInstanceDir(dir); err != nil {
		return nil, err
	}
	name := filepath.Join(dir, SecretKeyFile)
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		if err := ignoreKey(dir); err != nil {
			return nil, err
		}
	}
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("the secret key %s can be read by others (mode %04o): run chmod 600 %s, and if others may have read it, delete it so that a new one is made", name, info.Mode().Perm(), name)
	}
	ring, err := sign.LoadOrCreateKeyFile(name)
	if errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("the instance folder %s cannot be used: %w; choose another with --instance, or give SECRET_KEY", dir, err)
	}
	return ring, err
}

// ignoreKey keeps the key that is about to be made out of version control in a
// folder that somebody else made, such as one for a configuration file. What
// else is in the folder is theirs to decide about, and so is a .gitignore that
// is there.
func ignoreKey(dir string) error {
	f, err := os.OpenFile(filepath.Join(dir, ".gitignore"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err == nil {
		_, err = f.WriteString("/" + SecretKeyFile + "\n")
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return fmt.Errorf("the instance folder %s cannot be used: %w; choose another with --instance, or give SECRET_KEY", dir, err)
	}
	return nil
}

// MakeInstanceDir makes an instance folder, readable by its owner alone, with a
// .gitignore that keeps all of it out of version control. A folder that exists
// is left as it is. Extensions that keep files there call it first.
func MakeInstanceDir(dir string) error {
	if info, err := os.Stat(dir); err == nil {
		if !info.IsDir() {
			return fmt.Errorf("the instance folder %s is a file; choose another with --instance", dir)
		}
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the instance folder %s cannot be made: %w; choose another with --instance", dir, err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".gitignore"), []byte("*\n"), 0o600); err != nil {
		return fmt.Errorf("the instance folder %s cannot be written: %w; choose another with --instance", dir, err)
	}
	return nil
}
