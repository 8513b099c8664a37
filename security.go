package dewar

import (
	"errors"
	"fmt"

	"github.com/dewar-go/dewar/secure"
)

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
	if name := a.cfg.ServerName; name != "" {
		if _, _, ok := secure.SplitHost(name); !ok {
			problems = append(problems, fmt.Errorf("ServerName %q must be a host with or without a port, such as shop.example.com", name))
		} else if m != loopback && a.hosts != nil && !a.hosts.Allowed(name) {
			problems = append(problems, fmt.Errorf("ServerName %q is not among TrustedHosts: what its URLs lead to would be refused here; add it, or correct one of the two", name))
		}
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
