package accounts

// SetHasher gives the accounts another hasher, before app.Extend.
func SetHasher(a *Accounts, h hasher) { a.hasher = h }
