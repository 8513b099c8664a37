// Package accounts has the pages that every application with users writes again: register, confirm the address, log in
// and out, a new password, a new address, the list of logins, deleting the account.
//
// # Use
//
//	app.Extend(database, accounts.New(accounts.Config{
//		Store: database.Accounts(),
//		Login: login.Config{Store: database.Logins()},
//		Mail:  mailer,
//		From:  "Shop <shop@example.com>",
//		Home:  "shop.index",
//	}))
//
//	app.Get("/orders", orders).Guard(login.Required)
//
//	func orders(c *dewar.Context) error {
//		account, _ := accounts.User(c)
//		…
//	}
//
// An [Account] is what is needed to log in, and nothing else. What the application knows of its users it keeps in rows
// of its own, by Account.ID. [Accounts.Signals] tell when to make and remove them.
//
// The logins are those of package login, whose Manager comes with the accounts: guards, current_user in templates, lists
// of logins.
//
// # Pages
//
// They are a blueprint, "accounts", below Config.Prefix:
//
//	/login /logout /reauth /factor            accounts.login, logout, reauth, factor
//	/register /confirm                        register, confirm
//	/forgot /reset                            forgot, reset
//	/  /password /email /delete               account, password, email, delete
//	/email/confirm /email/undo /restore       confirm_email, undo_email, restore
//	/sessions/end /sessions/end-others        end_session, end_others
//	/keys/delete /sent                        delete_key, sent
//	/factor/code /factor/recovery             code, recovery
//	/authenticator /recovery-codes            authenticator, codes
//
// A template of the application with the same name replaces one of this package: accounts/login.html,
// accounts/register.html, and accounts/base.html for the frame of all, which has the blocks title and content. They see
// form, site, next, say, which translates a text, and what the page is about: account, email, sessions, factors, keys.
// The texts of mails are accounts/mail/NAME.txt and, beside it, NAME.html: confirm, exists, reset, password, email,
// undo, undone, deleted, factor_added, factor_removed, recovery_used, recovery_made. They see link, site, and what they
// tell.
//
// # What holds
//
// Registering makes a [Token] and no account: the account begins when the link in the mail is followed. In the browser that
// registered that takes a click; any other browser chooses a new password, so that nobody plants one.
//
// Links act on POST, since programs that look for viruses open them. The secret leaves the address of the page at once.
// A link is good once, for one purpose, and only the newest is good. The link and its change are one step of the
// [Store].
//
// What a page answers, how long that takes and how often it may be asked is the same whether an account exists, is
// disabled, or has a password. What differs, such as sending a mail, is done after the answer.
//
// A reset logs nobody in, so that a second factor is asked for. A new password, a new address and other roles end all
// other logins; the owner gets a mail. A change of the address can be undone from the old one for Config.UndoFor, and a
// deletion for Config.DeleteAfter. Changing any of them needs a login of the last quarter of an hour.
//
// [SignIn] is the one function that makes sessions. A package that logs in by other means, such as a passkey, calls it,
// and says with which methods. An account with a [Factor] stays at login.Pending until that is among them.
//
// # Second factors
//
// Every account can have an authenticator app (TOTP, package totp), and those of Config.Factors, such as passkeys. Its
// key is kept on the server until the app has shown a code, which is spent with that. Setting up, replacing and
// removing need [StepUp], end all other logins and are told to the owner. With the first factor come ten recovery
// codes, shown once; each stands in for a factor once, also to remove one that is lost. The last factor stays where
// Config.FactorRequired wants one, and beside a password that is too short to be alone.
//
// Who has a factor is asked for it on every way in: after the password, after a reset, behind a provider, and behind a
// remember cookie, unless they gave a code and said that the device is to be trusted. [BasicAuth] refuses them. API
// keys are made by who is logged in, and ask for nothing. Until the factor is given the login is at login.Pending,
// which is nobody to every guard. A guard [StepUp] sends to accounts.reauth who did not give both just now:
//
//	app.Post("/transfer", transfer).Guard(accounts.StepUp(10 * time.Minute))
//
// A code works once, whichever page it is for and however many requests bring it at once: [Factors] is one row that is
// written under its version. Five wrong codes end the login that waits, and codes of an account slow down as passwords
// do, all pages together.
//
// Keys of apps are encrypted and recovery codes hashed under keys of the app's ring. A key of an app gets the current
// one when it is used; what was not used while its key was in the ring is lost when that is retired, so let it grow old
// first.
//
// # Tries
//
// The sixth try for an account waits a second, each further one twice as long, up to 15 minutes; the count is gone with
// the right password, and with a reset. A browser that logged in to the account before has a count of its own, so that
// nobody elsewhere locks the owner out. A client's address tries 20 times a minute, and 10 accounts in ten minutes,
// whether it succeeds or not; an address gets five mails an hour. All counts go up before anything is looked at. What
// is refused is answered with 429 and Retry-After.
//
// # Passwords
//
// See [PasswordPolicy]: 15 characters, 8 with a second factor, at most 1,024 bytes. The list of common passwords in
// this package is that of Django (BSD-3-Clause, by Royce Williams), of which it has those of 8 to 14 characters: 8,437.
// A [RangeService] knows hundreds of millions. Hashes are those of dewar.App.Passwords, and are renewed at login when
// the costs have risen.
//
// # Addresses
//
// [CanonicalEmail] is the one form in which addresses are compared and stored.
//
// # Administration
//
// [Accounts.Create], [Accounts.Disable], [Accounts.SetRoles], [Accounts.Delete] are for commands and pages of
// administrators. The command line has account add, disable, enable, roles and delete.
package accounts
