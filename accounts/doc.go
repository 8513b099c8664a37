// Package accounts has the pages that every application with users writes again: register, confirm the address, log in
// and out, a new password, a new address, the list of logins, and deleting the account.
package accounts
