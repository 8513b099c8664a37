package oidc

import (
	"net/url"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/markup"
)

// Out logs the user out here, as login.Out, and at a provider by its name (RP-Initiated Logout 1.0), which sends the browser
// back to then. Register the address of then at the provider. A provider without such an endpoint, or that cannot be
// reached, is left out: the answer redirects to then. Call it in a view for POST.
func Out(c *dewar.Context, provider string, then dewar.Target) error {
	if err := login.Out(c); err != nil {
		return err
	}
	m := managerOf(c)
	for _, p := range m.providers {
		if p.Name != provider {
			continue
		}
		back, err := c.URL(then.External())
		if err != nil {
			return err
		}
		d, err := p.discover(c.Context())
		if err != nil || d.EndSession == "" {
			break
		}
		u, err := url.Parse(d.EndSession)
		if err != nil {
			break
		}
		q := u.Query()
		q.Set("client_id", p.ClientID)
		q.Set("post_logout_redirect_uri", back)
		u.RawQuery = q.Encode()
		return m.render(c, "oidc/leave.html", dewar.Vars{"url": markup.URL(u.String()), "label": p.Label})
	}
	return c.Redirect(then)
}
