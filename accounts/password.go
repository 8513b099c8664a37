package accounts

// A PasswordPolicy says which passwords are taken.
type PasswordPolicy struct{}
