package vault_test

import (
	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/contrib/vault"
)

type settings struct {
	dewar.Config
	DatabasePassword dewar.Secret
}

// SHOP_DATABASE_PASSWORD=vault:secret/data/shop#password is read from Vault, and again while the program runs.
func Example() {
	secrets := vault.New(vault.Config{
		Address: "https://vault.example.com:8200",
		AppRole: vault.AppRole{RoleID: "shop", SecretID: "file:/run/secrets/vault"},
	})
	newApp := func() (*dewar.App, error) {
		cfg, err := dewar.LoadConfig[settings]("SHOP_", dewar.Config{SecretSources: map[string]dewar.SecretSource{"vault": secrets}})
		if err != nil {
			return nil, err
		}
		app := dewar.New(cfg.Config)
		app.Extend(secrets)
		return app, nil
	}
	_ = newApp
}
