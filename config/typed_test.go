package config_test

import (
	"testing"

	"github.com/dewar-go/dewar/config"
	"github.com/dewar-go/dewar/markup"
)

// An address that templates trust may be a setting.
func TestLoadTypedAddress(t *testing.T) {
	t.Setenv("SHOP_CDN", "https://cdn.example")
	var c struct{ CDN markup.ResourceURL }
	err := config.Load(&c, config.Options{Prefix: "SHOP_"})
	if err != nil || c.CDN != "https://cdn.example" {
		t.Errorf("%q, %v", c.CDN, err)
	}
}
