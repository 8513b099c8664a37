// Package acme gives a Dewar application its certificates from an authority that
// issues them automatically, such as Let's Encrypt, and renews them. It is
// golang.org/x/crypto/acme/autocert behind Dewar's settings.
//
//	app := dewar.New(dewar.Config{
//		TrustedHosts:     []string{"shop.example.com", "www.example.com"},
//		HTTPRedirectAddr: ":80",
//	})
//	app.Extend(acme.New(acme.Config{AcceptTerms: true, Email: "admin@example.com"}))
//	app.Run(":443")
//
// # How hosts are proven
//
// The authority connects to each host, on port 443 of which it asks with the
// protocol of tls-alpn-01 (RFC 8737), which needs nothing else, and when that
// fails on port 80 with http-01 (RFC 8555, section 8.3), which needs
// [dewar.Config.HTTPRedirectAddr]. So the host's name leads to this machine, and
// what stands in front of it hands on TCP and ends no TLS. Behind a proxy that
// ends TLS the certificate is the proxy's business and this package has none.
//
// Names are issued for one by one. All of a domain's subdomains,
// ".example.com" in TrustedHosts, would need a DNS challenge, which is not done
// here: list the names in [Config.Hosts]. Clients that ask for any other name,
// or none, get no certificate, and no order is made for them.
//
// # Where certificates are kept
//
// In the folder acme below the instance folder, with the account's key, for
// their owner alone (0700); or in any autocert.Cache. Keep it between starts: an
// authority refuses whoever orders the same certificate too often (Let's Encrypt:
// five times a week). Several processes for one host need one cache between them,
// in a shared folder or a database, also because the authority's question may
// reach another process than the one that ordered.
//
// # When they are renewed
//
// The first order is made when the app starts, so that mistakes are in the log
// before a visitor comes; until there is a certificate, connections fail. Each is
// renewed when a third of its life is left, 30 days at most, without a restart:
// connections that are open keep the certificate they began with, new ones get
// the new one. A renewal that fails is tried again every hour or so; the
// certificate from before serves until its end.
//
// # Session tickets
//
// A browser that comes back resumes its TLS session by a ticket, and sees no
// certificate then: for up to seven days after a certificate was replaced. Go
// makes the tickets' keys itself, a new one each day, in each process: nothing to
// store or rotate, and a browser that resumes at another process, or after a
// restart, shakes hands in full. A key that got out must not only be replaced:
// restart the processes, and tickets from before are worth nothing.
//
// # Trying it
//
// Set [Config.DirectoryURL] to [Staging] first: its certificates are trusted by
// nobody, and its limits are wide. An authority of your own, such as Pebble or
// step-ca, has a directory URL of its own and usually a root of its own for
// [Config.Client].
package acme
