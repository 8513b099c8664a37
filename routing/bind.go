package routing

import "strings"

// A Bind says where the map is mounted: what Werkzeug's Map.bind is given.
// Redirects and absolute URLs are made of it.
type Bind struct {
	// ServerName is the host of the site, with its port unless it is the
	// scheme's own and without a subdomain. With HostMatching: the request's host.
	ServerName string
	// ScriptName is the path that the map is mounted under, "": "/".
	ScriptName string
	// Subdomain is the request's subdomain, "": Options.DefaultSubdomain, or
	// none at all with Apex.
	Subdomain string
	Apex      bool
	// URLScheme is http, https, ws or wss. "": redirects use http, and absolute
	// URLs begin with "//".
	URLScheme string
	// Method is the default method, "": GET. Build prefers rules that have it.
	Method string
}

// A bound is a Bind with its defaults filled in.
type bound struct {
	server, script, subdomain, scheme, method string
}

// bind fills in the defaults and encodes the server name.
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

// BindHost completes a Bind for a request's Host header, as Werkzeug's
// bind_to_environ does. b.ServerName is the configured name, "" for none. A
// host under it gives the subdomain; any other the default one. The standard
// port of the scheme is dropped on both sides.
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

// host is the full host name for what a rule wrote as its host or subdomain.
func (m *Map) host(b *bound, domain string) string {
	if m.options.HostMatching {
		return domain
	}
	if domain == "" {
		return b.server
	}
	return domain + "." + b.server
}

// redirectURL is the absolute URL of a path that is quoted already.
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
