package dewar

import (
	"errors"
	"fmt"
	"slices"

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

// allowsOwnFiles reports whether every policy of the app allows scripts and style sheets of the site itself, so that they
// need no nonce.
func (a *App) allowsOwnFiles() bool {
	all := []secure.Headers{a.cfg.Headers}
	var changes []headersAt
	for _, s := range a.templateScopes() {
		changes = append(changes, s.headers...)
	}
	for _, e := range a.placed {
		changes = append(changes, e.route.headers...)
	}
	for _, change := range changes {
		all = append(all, change.headers)
	}
	return !slices.ContainsFunc(all, func(h secure.Headers) bool {
		return !allowsSelf(h.ContentSecurityPolicy) || !allowsSelf(h.ContentSecurityPolicyReportOnly)
	})
}

// allowsSelf reports whether each directive for scripts and styles that a policy has takes 'self'.
func allowsSelf(p secure.CSP) bool {
	for _, name := range []string{"default-src", "script-src", "script-src-elem", "style-src", "style-src-elem"} {
		if values, there := p[name]; there && (!slices.Contains(values, "'self'") || slices.Contains(values, "'strict-dynamic'")) {
			return false
		}
	}
	return true
}
