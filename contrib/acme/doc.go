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
// The authority connects to each host. It first asks on port 443 with the protocol of tls-alpn-01 (RFC 8737), which
// needs nothing else. When that fails it asks on port 80 with http-01 (RFC 8555, section 8.3), which needs
// [dewar.Config.HTTPRedirectAddr]. So the host's name must lead to this machine, and a balancer before it must pass TCP
// on without ending TLS. Behind a proxy that ends TLS the certificate belongs to the proxy; do not use this package
// there.
//
// Each name gets its own certificate. All subdomains of a domain, ".example.com" in TrustedHosts, would need a DNS
// challenge, which this package does not do: list the names in [Config.Hosts]. Clients that ask for another name or for
// none get no certificate, and none is ordered.
//
// # Where certificates are kept
//
// In the folder acme below the instance folder, together with the account's key, readable only by the owner (0700); or
// in any autocert.Cache. Keep it between starts: an authority refuses to issue the same certificate too often (Let's
// Encrypt: five times a week). Several processes for one host must share a cache, in a shared folder or a database. One
// reason is that the authority's question may reach another process than the one that ordered.
//
// # When they are renewed
//
// The first order is made when the app starts, so that mistakes are in the log before a visitor comes. Until there is a
// certificate, connections fail. A certificate is renewed when a third of its lifetime is left, at most 30 days,
// without a restart. Open connections keep the certificate they began with. A renewal that fails is tried again about
// every hour; the old certificate serves until its end.
//
// # Session tickets
//
// A browser that comes back resumes its TLS session with a ticket and does not see the certificate. That is possible
// for up to seven days after a certificate was replaced. Go makes the keys of the tickets itself, a new one each day,
// in each process. Nothing has to be stored or rotated. A browser that resumes at another process, or after a restart,
// makes a full handshake. When a private key has leaked, replace it and restart the processes: earlier tickets are then
// worthless.
//
// # Trying it
//
// Set [Config.DirectoryURL] to [Staging] first. Nobody trusts its certificates, and its limits are wide. Your own
// authority, such as Pebble or step-ca, has its own directory URL, and usually its own root certificate for
// [Config.Client].
package acme
