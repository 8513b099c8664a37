// Package dewar is a web framework on net/http: Flask's ideas and Flask's data
// in Go's types, secure without asking.
//
//	app := dewar.New(dewar.Config{})
//	app.Get("/", func(c *dewar.Context) error {
//		return c.Text("Hello, World!")
//	})
//	log.Fatal(app.Run("127.0.0.1:5000"))
//
// # Applications
//
// An [App] is made by [New] and holds everything: routes, blueprints, hooks,
// templates, keys. Nothing is global, so two apps live in one process. Whatever
// is registered is registered before the app serves: [App.Handler] and
// [App.Run] freeze it, and registering later panics.
//
// # Views
//
// A view is a func(*Context) error. It answers through the [Context]
// ([Context.Render], [Context.Text], [Context.JSON], [Context.Redirect] …) or
// returns an error, which the error handlers turn into a page: a [StatusError], an
// [HTTPError] or any other. It answers once: a second answer, such as the one behind
// a c.Redirect without its return, is a 500 with nothing of either, and the log names
// both places. Rules are Werkzeug's, and [Get1] to [Get3] and their
// siblings hand their variables to the view as typed arguments:
//
//	post := dewar.Get1(app, "/posts/<int:id>", func(c *dewar.Context, id int) error { … }).Name("post")
//	c.Redirect(post.To(42))
//
// # The life of a request
//
// The gate settles the canonical path, the host, the scheme and the client's
// address; the rule is matched; guards run in the order of their [Stage];
// then middleware, before hooks, the view, error handlers and after hooks;
// transactions commit; the session is saved, the security headers are set, and
// only then does the first byte leave. Teardown hooks and the log line follow
// always, also after a panic. Answers are buffered, so a template that fails
// half-way gives a clean error page.
//
// A panic in a view is a 500. One in a goroutine that a view starts with the go
// statement ends the process: start it with [Go], which logs it and is waited for at
// shut-down.
//
// # Secure by default
//
// A plain New has CSRF protection, signed HttpOnly SameSite cookies, a content
// security policy, the usual protective headers, limits on bodies and headers,
// a check of the Host header and timeouts against slow clients. What is
// required at start follows from where the app listens: on a loopback address
// nothing need be configured; behind TLS or a proxy the hosts and the secret
// key must be; on any other address plain HTTP is refused. Whatever turns a
// protection off is called Insecure.
//
// # Compatibility
//
// Templates are Jinja2's, sessions are Flask's signed cookies, rules are
// Werkzeug's, password hashes from Werkzeug verify: a Flask application can be
// moved one route at a time.
package dewar
