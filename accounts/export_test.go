package accounts

// What the tests of factors reach into.
var (
	Seal             = seal
	Open             = open
	ReadRecoveryCode = readRecoveryCode
)

// SetHasher gives the accounts another hasher, before app.Extend.
func SetHasher(a *Accounts, h hasher) { a.hasher = h }

// Refuse is what a policy says of a password: the code, "" for none.
func Refuse(p PasswordPolicy, password string, withFactor bool, site, email string) string {
	p.setDefaults()
	a := &Accounts{cfg: Config{Site: site}}
	if r := p.refuse(password, withFactor, a.words(email)...); r != nil {
		return r.code
	}
	return ""
}

// WaitAfter is how long the next try waits after n.
var WaitAfter = waitAfter
