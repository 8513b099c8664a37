package accounts

import (
	"context"
	"slices"

	"github.com/dewar-go/dewar"
)

// A Factor is a second way to prove who somebody is, beside the password.
type Factor interface {
	// Name is the name of the method in RFC 8176, such as "otp" or "hwk": what [SignIn] gets in methods.
	Name() string
	// Label is what users call it, such as "Authenticator app".
	Label() string
	// Enrolled reports whether an account has it. While one has, its password alone is not enough.
	Enrolled(ctx context.Context, account string) (bool, error)
	// Endpoint is the page that asks for it from an account at the level Pending, and then calls [SignIn] with the
	// methods of login.ThisSession and its Name.
	Endpoint() string
	// Manage is the endpoint of the page that adds and removes it.
	Manage() string
}

// FactorStore keeps what second factors need. Its methods are part of [Store].
type FactorStore interface{}

// MultiFactor is the method of a proof that is two factors by itself, such as a passkey that asked for the user's
// fingerprint: "mfa" of RFC 8176.
const MultiFactor = "mfa"

// enrolled lists the factors that an account has.
func (a *Accounts) enrolled(ctx context.Context, account string) (list []Factor, err error) {
	for _, f := range a.cfg.Factors {
		has, err := f.Enrolled(ctx, account)
		if err != nil {
			return nil, unavailable(err)
		}
		if has {
			list = append(list, f)
		}
	}
	return list, nil
}

// factorNeeded reports whether the methods are not enough for an account, because it has a second factor.
func (a *Accounts) factorNeeded(c *dewar.Context, account *Account, methods []string) (bool, error) {
	if slices.Contains(methods, MultiFactor) {
		return false, nil
	}
	factors, err := a.enrolled(c.Context(), account.ID)
	if err != nil || len(factors) == 0 {
		return false, err
	}
	given := func(f Factor) bool { return slices.Contains(methods, f.Name()) }
	return len(methods) < 2 || !slices.ContainsFunc(factors, given), nil
}
