// Package vault reads secrets from HashiCorp Vault and OpenBao, and keeps them fresh: a password that is rotated there is
// rotated here, without a new start.
//
// # Use
//
//	secrets := vault.New(vault.Config{
//		Address: "https://vault.example.com:8200",
//		AppRole: vault.AppRole{RoleID: "shop", SecretID: "file:/run/secrets/vault"},
//	})
//	cfg, err := dewar.LoadConfig[Settings]("SHOP_", dewar.Config{
//		SecretSources: map[string]dewar.SecretSource{"vault": secrets},
//	})
//	app.Extend(secrets) // ends with the app, and reports to its check
//
// and in the configuration of the program
//
//	SHOP_DATABASE_PASSWORD=vault:secret/data/shop#password
//	SHOP_DATABASE_USER=vault:database/creds/shop#username
//
// A reference is a path of Vault's API as it stands there, so that one of a key-value store of version 2 has "data" in
// it, and the name of a value. References to the same path are one secret: a user and its password belong together.
//
// # Logging in
//
// By [AppRole], whose secret id is read anew at each login and may be a wrapped one, by [Kubernetes], whose token is
// read anew as well, or with a token. The login is renewed at two thirds of its time. When a renewal grants less than
// was asked for, the longest lifetime is near: then a new login is made, and every secret with a lease is fetched again,
// since all leases of a login end with it.
//
// # Secrets
//
//   - One of a key-value store is read again every [Config.Poll].
//   - One with a lease (database/creds/…) is renewed at two thirds of its time, and fetched anew when that is refused or
//     grants less.
//   - One that Vault rotates (database/static-creds/…) is read just after the time that Vault tells, and every Poll.
//
// Ask [config.Secret.Value] when a connection is made, never once at the start. Let connections live for less than the
// lease, so that old ones are gone before their user is.
//
// # Failures
//
// A Vault that does not answer at the start is an error that stops it. Later the last value stays, the log says so once,
// and [Vault.Err] says what is not fresh, for a readiness check. Requests that fail are tried again after a second, and
// then up to a minute, with jitter: sealed and standby servers come back. Redirects are not followed, because they would
// carry the token elsewhere: give the address of the load balancer, or of the active server. The environment variables
// of the vault command are not read, and no proxy is used.
package vault
