// Package limit bounds how often requests may come and how many are served at
// once. It reads Flask-Limiter's limit strings, counts as Flask-Limiter does
// and answers with its headers.
//
//	limiter := limit.New(limit.Options{Default: "200/day; 50/hour", Headers: true})
//	app.Extend(limiter)
//	app.Post("/login", login).Guard(limiter.Guard("10/minute"))
//
// # Limit strings
//
// "10/minute", "100 per 2 hours", "1/second; 20/minute; 500/day": an amount, a
// slash or "per", perhaps a number, and a unit; several joined by a comma, a
// semicolon or a bar. A month has 30 days and a year 360. [Parse] says what
// exactly is taken. A string that is wrong ends the start of the program: as an
// error of the app for [Options], as a panic that names the line for guards.
//
// # Which limits hold
//
// [Options.Application] holds for all requests together, those that no rule
// matches included. A route with guards of its own, or in a blueprint with some,
// has these limits, the route's and the blueprint's; every other route has
// [Options.Default], counted for each route by itself. [Rule.Replace] lets a
// route's limits stand in place of its blueprint's, which in Flask-Limiter they
// always do. [Rule.KeepDefaults] lets both hold, [Limiter.Exempt] neither
// of the two in the options. [Limiter.Shared] counts several routes under one
// name. Static files are not counted; see [Options.LimitStatic].
//
// All limits of a request are asked in the order of their windows, the shortest
// first, until one is reached. The request is then answered 429 with Retry-After,
// as a [dewar.HTTPError] whose cause is an [Exceeded], and is charged to none of
// them; in Flask-Limiter those that were asked before stay charged. No view, hook,
// session or body parser has run by then.
//
// # Who is counted
//
// By default the client's address, an IPv6 client's by its first 64 bits. It
// comes from [dewar.Context.ClientIP] alone: behind a proxy, configure the proxy
// in [dewar.Config], or all clients share the proxy's counter; no header changes
// it otherwise. [User], [Header], [Join] and functions of your own count by
// something else.
//
// # Strategies
//
// [FixedWindow], [SlidingWindow] and [GCRA] promise different things; each says
// what. All of them hold under concurrent requests: a charge is one atomic step.
//
// # Headers
//
// With [Options.Headers] answers carry X-RateLimit-Limit, -Remaining and -Reset
// (seconds since 1970): those of the limit that was reached, or else of the
// shortest window, as Flask-Limiter chooses. With [Options.StandardHeaders] they
// carry RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers)
// with all limits of the request. They stand on refusals and error pages too,
// also when another guard refused. Retry-After stands on 429 and 503 only, where
// Flask-Limiter puts it on every answer.
//
// # Stores
//
// Counters live in a [Store]: [Memory] for one process, a shared one such as
// that of contrib/redis for several. While a shared store does not answer, each
// process counts in memory for itself; the log says so once a minute at most,
// the store is asked again after one second, then ever more rarely up to every
// 30, and is used again as soon as it answers. During that time N processes let
// through up to N times the limits.
//
// # Too many at once
//
// [Options.Concurrency] and [Limiter.Concurrency] bound how many requests are
// served at the same time, and answer the others 503 with Retry-After.
//
// # Limits on failures
//
// [Rule.DeductWhen] counts only requests with certain answers, such as failed
// logins. The charge is made before the view and given back afterwards, so that
// many attempts sent at once do not all pass.
//
// # Without an App
//
// [Parse] and [Memory] are useful alone, in any net/http program:
//
//	limits, err := limit.Parse("10/minute")
//	store := limit.NewMemory(limit.MemoryOptions{})
//	state, _ := store.Take(ctx, limit.Hit{
//		Key: key, Amount: limits[0].Amount, Window: limits[0].Window(), Cost: 1, Now: time.Now(),
//	})
//	if !state.Allowed { … state.RetryAfter … }
package limit
