// Package login keeps track of who is logged in: Flask-Login with its names and texts, and with logins that the server
// can end.
//
// # Use
//
//	type Account struct {
//		login.UserMixin
//		ID   int64
//		Name string
//	}
//
//	func (a *Account) GetID() string { return strconv.FormatInt(a.ID, 10) }
//
//	app.Extend(login.New(loadAccount, login.Config{LoginView: "auth.login"}))
//
//	func loadAccount(c *dewar.Context, id string) (*Account, error) { … } // Flask-Login's user_loader
//
//	app.Get("/account", account).Guard(login.Required)   // @login_required
//	app.Post("/password", change).Guard(login.Fresh)     // @fresh_login_required
//
//	func signIn(c *dewar.Context) error {
//		account, err := authenticate(c) // looks at the password: this package does not
//		…
//		if err := login.In(c, account, login.Options{Remember: c.Form("remember") != ""}); err != nil {
//			return err
//		}
//		return c.Redirect(login.Next(c, dewar.To("index")))
//	}
//
//	account, ok := login.User[*Account](c)
//
// Templates have current_user, with is_authenticated and the user's own fields; for a visitor it is Config.AnonymousUser.
//
// # Logins
//
// Each login is a [Record] in Config.Store: a user on a device, with address and times. The session, in a cookie or in a
// store, holds a secret of which the store has the hash. So a login ends when its record does, whoever has a copy of the
// cookie: [Out] ends this one, [End] one of the list of [Sessions], [EndOthers] all others, for a change of the password, [EndAll] and
// [Manager.EndUser] all, for an account that is disabled. One whose IsActive says false ends with the next request. A
// login also ends after Config.Idle without a request and after Config.Absolute.
//
// [In], [Confirm] and [Renew] give the session a new id and a new CSRF secret. Call Renew when a user's rights change.
//
// A request asks the store and the user loader once, when somebody first asks who is there; pages that do not ask cost
// nothing and may be cached. Last seen is written once a minute. A store that does not answer is a 503.
//
// A stream of events or a WebSocket goes on when its login ends: the guard was asked when it began. [Ended] asks again.
//
// # Remember me
//
// The cookie holds a selector and a verifier; the store has the verifier's hash. A use that is not backed by a login
// makes one that is not fresh, and replaces the verifier when it is older than five minutes. The one before is good for a
// minute more, for other tabs. After that it is in two hands, the browser's and a thief's: all logins and tokens of the
// user end, with the event authn_token_reuse. Use does not prolong the cookie.
//
// # Levels
//
// A login with Options.Level [Pending] is a user whose second factor is missing, one with [Recovering] somebody who came by
// a link in a mail. Both are anonymous to [User], to templates and to every guard but [At] of their own level. A second
// call of In makes a full login of them. Config.Remembered makes a remember cookie lead to Pending too, where it is worth
// no more than a password.
//
// # Requests without a session
//
// Config.Loaders find the user of a request by [APIKeys], [BasicAuth], [BearerAuth] or a [Loader] of your own, Flask-Login's
// request_loader. They make no session. API keys come from [Manager.NewKey]; the store has their hash.
//
// # Other ways in
//
// [Credentials] keep what leads into an account beside a password: the identities of contrib/oidc and the passkeys of
// contrib/passkey, in one table, so that the last way in is kept whatever it is.
//
// # Beside Flask
//
// With dewar.Config.Flask the session and the remember cookie are Flask-Login's, both ways: each application knows
// whom the other logged in, fresh or remembered. They are signed and nothing more, so that nothing above about records
// applies: no list, no end but in the browser itself, no levels. It is for the time of the move.
//
// # Differences from Flask-Login
//
//   - Logins end on the server, idle and absolute times are on, a logout empties the session, another user's login too.
//   - A user who becomes inactive is out with the next request, not when the session ends.
//   - id_attribute is the method GetID. RefreshView is LoginView unless it is set.
//   - Programs that like JSON, and routes of an API, get 401 and not a redirect. The "next" of a form that was sent is left
//     out, since it cannot be asked for again.
//   - [Next] checks "next"; Flask-Login leaves that to the application.
//   - The remember cookie is Secure over HTTPS, SameSite=Lax and lasts 30 days, not 365.
package login
