package sourcesecret

import "github.com/dewar-go/dewar"

type settings struct{ Password, Token, PasswordField string }

const passwordField = "password1234"

var (
	cfg  = dewar.Config{SecretKey: dewar.NewSecret("0123456789abcdef")} // want `DW704: a secret stands in the source`
	dsn  = "postgres://shop:Gh7kQ2x@db.shop.com/shop"                   // want `DW704: an address with its password`
	aws  = "AKIAIOSFODNN7EXAMPL3"                                       // want `DW704: a credential stands in the source`
	own  = settings{Password: "hunter2hunter2"}                         // want `DW704: a secret stands in the source as Password`
	none = settings{Password: "", Token: "read from a file 1", PasswordField: passwordField}
	doc  = []string{"postgres://user:password@host/shop", "postgres://shop:Gh7kQ2x@localhost/shop", "https://shop.com/a:b@c"}
)

var database = dewar.NewSecret("sqlite:shop.sqlite")

func load(text string) dewar.Secret { return dewar.NewSecret(text) }
