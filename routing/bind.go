package routing

import "strings"

// A Bind says where a map is mounted: the arguments of Werkzeug's Map.bind. Redirects and absolute URLs are made from
// it.
type Bind struct {
	// ServerName is the host of the site, without a subdomain. It has a port unless that is the scheme's default. With
	// HostMatching it is the request's host.
	ServerName string
	// ScriptName is the path that the map is mounted under. Default: "/".
	ScriptName string
	// Subdomain is the request's subdomain. Default: Options.DefaultSubdomain. With Apex it is empty.
	Subdomain string
	Apex      bool
	// URLScheme is http, https, ws or wss. Default: redirects use http, and absolute URLs begin with "//".
	URLScheme string
	// Method is the request's method. Build prefers rules that have it. Default: GET.
	Method string
}

// A bound is a Bind with its defaults set.
type bound struct {
	server, script, subdomain, scheme, method string
}

// bind sets the defaults and encodes the server name.
func (m *Map) bind(b *Bind) (bound, error) {
	server, err := encodeHost(b.ServerName)
	if err != nil {
		return bound{}, err
	}
	out := bound{server: server, script: b.ScriptName, scheme: b.URLScheme, method: b.Method}
	if !m.options.HostMatching {
		if out.subdomain = b.Subdomain; out.subdomain == "" && !b.Apex {
			out.subdomain = m.options.DefaultSubdomain
		}
	}
	if !strings.HasSuffix(out.script, "/") {
		out.script += "/"
	}
	if out.method == "" {
		out.method = "GET"
	}
	return out, nil
}

// BindHost completes a Bind from a request's Host header, as Werkzeug's bind_to_environ does. b.ServerName is the
// configured name, or "". A host below it sets the subdomain; for any other host the default subdomain holds. The
// scheme's default port is removed from both names.
func (m *Map) BindHost(b Bind, host string) Bind {
	host = stripPort(strings.ToLower(host), b.URLScheme)
	if b.ServerName == "" || m.options.HostMatching {
		b.ServerName, b.Apex = host, true
		return b
	}
	b.ServerName = stripPort(strings.ToLower(b.ServerName), b.URLScheme)
	if !m.options.subdomains || b.Subdomain != "" {
		return b
	}
	if host == b.ServerName {
		b.Apex = true
	} else if sub, ok := strings.CutSuffix(host, b.ServerName); ok && strings.HasSuffix(sub, ".") {
		b.Subdomain, b.Apex = sub[:len(sub)-1], true
	}
	return b
}

func stripPort(host, scheme string) string {
	switch scheme {
	case "http", "ws", "":
		host = strings.TrimSuffix(host, ":80")
	case "https", "wss":
		host = strings.TrimSuffix(host, ":443")
	}
	return host
}

// host returns the full host name for the host or subdomain of a rule.
func (m *Map) host(b *bound, domain string) string {
	if m.options.HostMatching {
		return domain
	}
	if domain == "" {
		return b.server
	}
	return domain + "." + b.server
}

// redirectURL returns the absolute URL of a quoted path.
func (m *Map) redirectURL(b *bound, host, path, query string) string {
	scheme := b.scheme
	if scheme == "" {
		scheme = "http"
	}
	var u strings.Builder
	u.WriteString(scheme)
	u.WriteString("://")
	u.WriteString(host)
	if script := strings.Trim(b.script, "/"); script != "" {
		u.WriteByte('/')
		u.WriteString(script)
	}
	u.WriteByte('/')
	u.WriteString(strings.TrimLeft(path, "/"))
	if query != "" {
		u.WriteByte('?')
		u.WriteString(query)
	}
	return u.String()
}
