// Package secure holds the protections of a web application, each a plain
// net/http piece that works in any program.
//
// A request goes through them in this order:
//
//	proxies.Resolve   who asked, over which scheme, for which host
//	hosts.Allowed     is that host ours
//	ForceHTTPS        over https, or not at all
//	RequestTarget     one reading of the path, or none
//	cors.Apply        may another origin's script read the answer
//	concurrency       is there room for one more
//	csrf.Check        did this site, or its user, send it
//	headers.Apply     what browsers are told with the answer
//
// # Host and proxies
//
// [NewHosts] compiles the host names of the site as Flask's TRUSTED_HOSTS has
// them. [NewProxies] believes the forwarded headers of the proxies it is told
// of, counted from the right, and strips all others; [ProxyListener] reads
// the PROXY protocol. Without any proxy configured nothing is believed.
//
//	hosts, err := secure.NewHosts([]string{"example.com", ".example.org"})
//	proxies, err := secure.NewProxies(secure.ProxyConfig{Trusted: []string{"10.0.0.0/8"}, For: 1, Proto: 1})
//	http.ListenAndServe(addr, proxies.Wrap(hosts.Wrap(mux)))
//
// [RequestTarget] decodes the path of a request once and refuses what two
// programs in a row could read differently: encoded slashes, backslashes, dot
// segments. Guards, router and file handlers should all use its result.
//
// # Headers
//
// The zero [Headers] is OWASP's set with a strict Content-Security-Policy.
// [Headers.Compile] checks every value once; [HeaderSet.Apply] then costs a
// few map assignments. [CSP] builds a policy, [NewNonce] makes its nonce,
// [CSPReports] takes what browsers report. [Headers.Merge] changes the set for a
// part of the site, [Headers.Weaknesses] says what a set leaves open.
//
// # CSRF
//
// [CSRF.Check] goes by Sec-Fetch-Site and Origin, and asks for a token only
// where a client sent neither but has a cookie or another credential that
// browsers add by themselves. The token can be Flask-WTF's.
//
//	csrf, err := secure.NewCSRF(secure.CSRFOptions{Keys: keys})
//	handler := csrf.Wrap(mux, func(r *http.Request) secure.TokenState { return sessionOf(r) })
//	token, err := csrf.Token(sessionOf(r)) // for a hidden field csrf_token
//
// # CORS
//
// [CORS] lets scripts of listed origins read answers. It belongs to routes,
// before limits and permissions are checked, and knows exact origins only.
//
// # Names and targets from outside
//
// [LocalRedirect] keeps a redirect on the site, [Filename] makes a client's
// file name safe to store under, [ContentDisposition] writes one into a
// header, [HeaderValue] refuses control characters. Files themselves are
// opened through [os.Root].
//
// # Slow and many clients
//
// [Pace] gives bodies and answers rolling deadlines with a minimum rate,
// [Concurrency] answers 503 when too many requests are served at once,
// [Connections] bounds how many clients there are and what they hold, and gives
// the place of whoever gives least for it to whoever comes.
//
//	connections := secure.NewConnections(secure.ConnectionLimits{Places: 1000})
//	server := &http.Server{Handler: connections.Wrap(secure.Pace{}, mux)}
//	connections.Attach(server)
package secure
