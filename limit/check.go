package limit

import (
	"fmt"

	"github.com/dewar-go/dewar"
)

// inspect records findings about a rule that is valid but unusual.
func (l *Limiter) inspect(r *rule, loc string) {
	subject := "limit " + r.kind
	if loc != "" {
		subject += " at " + loc
	}
	for _, p := range r.policies {
		if p.Amount == 0 {
			l.findings = append(l.findings, dewar.Finding{
				ID: "limit-zero", Subject: subject,
				Message: fmt.Sprintf("the limit %q lets nothing pass", p.text),
				Remedy:  "give it an amount, or take the route away",
			})
		}
	}
}

// Check reports limits that are switched off, limits that are missing, and limits that let nothing pass.
func (l *Limiter) Check() []dewar.Finding {
	l.mu.Lock()
	defer l.mu.Unlock()
	findings := append([]dewar.Finding(nil), l.findings...)
	switch {
	case l.opts.InsecureDisabled:
		findings = append(findings, dewar.Finding{
			ID: "limit-disabled", Subject: "limit.Options.InsecureDisabled",
			Message: "all limits are switched off: anybody may try passwords and exhaust the server as fast as it answers",
			Remedy:  "remove InsecureDisabled",
		})
	case l.defaults == nil && l.application == nil && l.caps == nil && !l.counting:
		findings = append(findings, dewar.Finding{
			ID: "limit-none", Subject: "limit.Options",
			Message: "the limiter has no limits",
			Remedy:  `set Default, such as "200/day; 50/hour", or put guards on routes`,
		})
	}
	return findings
}
