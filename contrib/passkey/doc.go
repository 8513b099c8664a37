// Package passkey logs users in with passkeys (Web Authentication): alone, or as the second factor behind a password. The
// cryptography is that of go-webauthn.
//
//	app.Extend(login.New(loadAccount, login.Config{…}), passkey.New(passkey.Config{
//		Credentials: database.Credentials(),
//		LoginView:   "auth.login",
//	}))
//
// Browsers have passkeys over HTTPS and on localhost. A passkey is bound to the host name: see Config.ID.
//
// # Pages
//
//	GET  /passkey/        passkey.manage   the user's passkeys: add, rename, remove
//	GET  /passkey/use     passkey.use      the second factor at login.Pending; a proof again for who is logged in
//	POST /passkey/login   passkey.login    the end of both, and of a login page's form
//
// The login page has the form with its script:
//
//	{% include "passkey/login.html" %}
//
// The button asks the browser for a passkey. Where the browser can, passkeys are also offered in the field for the user's
// name from the start (conditional mediation): the script adds "webauthn" to its autocomplete. Templates of the app's own
// may replace passkey/base.html, manage.html, use.html, login.html and problem.html by name. One that loads the script by
// itself takes its address from passkey_script: asking for it opens passkeys in the Permissions-Policy of that page, which
// closes them otherwise.
//
// # What holds
//
// A challenge belongs to a session, lasts five minutes and is used once. Every passkey is discoverable and is used with the
// user's fingerprint, face or PIN (residentKey and userVerification required), so that it counts as two factors
// by itself: the methods of a login are "hwk" and "mfa". Before the user is known no credential ids are sent, so that nothing
// tells which accounts exist. The user handle is 64 random bytes.
//
// Adding and removing needs a login that was proved in the last ten minutes. The last way into an account stays;
// Config.HasPassword says whether there is one that this package does not know.
//
// A signature counter that went back is a copied passkey, or a broken one: it does not log in. A backup
// eligibility that changed is accepted and kept, because Apple's and KeePassXC's passkeys change it. A passkey that the server
// does not know is reported to the browser (signalUnknownCredential), which forgets it.
//
// # Second factors
//
// A [Manager] is a Factor of package accounts, whose accounts it knows:
//
//	keys := passkey.New(passkey.Config{Credentials: database.Credentials()})
//	app.Extend(accounts.New(accounts.Config{
//		Factors:     []accounts.Factor{keys},
//		Credentials: database.Credentials(), // removed with the account
//		…
//	}), keys)
package passkey
