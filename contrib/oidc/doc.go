// Package oidc signs users in with OpenID Connect: with Google, Microsoft, Keycloak and any other provider of
// OpenID Connect Core 1.0. The tokens are verified by go-oidc.
//
//	app.Extend(login.New(loadAccount, login.Config{…}), oidc.New(oidc.Config{
//		Credentials: database.Credentials(),
//		SignUp:      makeAccount,
//		Providers: []oidc.Provider{{
//			Name: "google", Label: "Google", Issuer: "https://accounts.google.com",
//			ClientID: cfg.GoogleID, ClientSecret: cfg.GoogleSecret,
//		}},
//	}))
//
// At the provider, register https://<your host>/oidc/google/callback as the redirect URI.
//
// # Pages
//
//	POST /oidc/<provider>            oidc.begin     sends the browser to the provider
//	GET  /oidc/<provider>/callback   oidc.callback  logs in, or makes an account
//	POST /oidc/<provider>/link       oidc.link      adds the provider to the account that is logged in
//	POST /oidc/unlink                oidc.unlink    removes it: the field "id" is that of [Identities]
//	GET  /oidc/                      oidc.manage    the user's identities, to add and remove
//
// A login page has a button for each provider:
//
//	{% for provider in oidc_providers %}
//	<form method="post" action="{{ url_for('oidc.begin', provider=provider.name) }}">
//	  <button>Sign in with {{ provider.label }}</button>
//	</form>
//	{% endfor %}
//
// The field or parameter "next" is login.Next's. The browser leaves by the page oidc/leave.html, since the content security policy lets no form end at another site, so that a redirect would be
// blocked in Chromium. Templates of the app's by the names oidc/base.html, oidc/leave.html and oidc/manage.html replace these.
//
// # Who it is
//
// An identity is the issuer and its subject, and belongs to one account. One that belongs to none goes to Config.SignUp,
// which makes an account. An address in a mail is no proof: no account is found by it, verified or not. A user who has an
// account logs in to it first and adds the provider there; this needs a fresh login. [Identity].Email is set only
// when the provider says that it is verified, with a JSON true.
//
// The last way into an account stays. Config.HasPassword says whether there is one that this package does not know.
//
// # What is checked
//
// Each sign-in has a state of its own, in the session, for one provider, for ten minutes and one use; PKCE with S256; a
// nonce. Of the answer: the issuer of RFC 9207 when it is sent or promised. Of the ID token, which must be there: signature by
// a key of the issuer and an algorithm with a public key, issuer, audience, authorized party, nonce, times, the hash of the
// access token. Calls to the provider go through package outbound, with its guard and deadlines. A provider whose
// configuration cannot be had or is wrong signs nobody in.
//
// A login counts as fresh unless the provider says that the user proved who they are longer than ten minutes ago. Whoever
// signs in while logged in is asked to do so again (max_age=0).
//
// # Second factors
//
// The provider's login is one method, "oidc". Config.SignIn decides whether it is enough: with package accounts, whose
// accounts this package knows, one that has a second factor is asked for it.
//
// # Not supported
//
// Answers by POST (response_mode=form_post, which Apple wants for a name or address), providers without discovery,
// issuers with a placeholder for the tenant (Microsoft's "common"): name the tenant's own.
package oidc
