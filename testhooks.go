package dewar

import (
	"net/http"

	"github.com/dewar-go/dewar/internal/testhook"
	"github.com/dewar-go/dewar/session"
	"github.com/dewar-go/dewar/sign"
)

func init() {
	testhook.Handler = func(app any) (http.Handler, error) {
		a := app.(*App)
		if a.keys == nil && !a.cfg.SecretKey.IsSet() {
			ring, err := sign.NewKeyRing(sign.GenerateKey())
			if err != nil {
				return nil, err
			}
			a.keys = ring
		}
		if err := a.build(loopback); err != nil {
			return nil, err
		}
		if err := a.openKeys(); err != nil {
			return nil, err
		}
		return handler{a}, nil
	}
	testhook.Sessions = func(app any) (session.Store, string) {
		a := app.(*App)
		return a.store, a.cookieName()
	}
}
