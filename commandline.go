package dewar

import "github.com/dewar-go/dewar/internal/clihook"

func init() {
	clihook.Overlay = func(app, base any) {
		a, c := app.(*App), base.(Config)
		a.root.changing("the command line", callerLocation())
		a.cfg.Debug = a.cfg.Debug || c.Debug
		a.cfg.Loopback = a.cfg.Loopback || c.Loopback
		for to, from := range map[*string]string{
			&a.cfg.InstanceDir: c.InstanceDir, &a.cfg.TLSCertFile: c.TLSCertFile, &a.cfg.TLSKeyFile: c.TLSKeyFile,
		} {
			if from != "" {
				*to = from
			}
		}
		if a.ownLog {
			a.cfg.Logger = nil
			a.cfg.setDefaults()
			a.log = a.cfg.Logger
		}
	}
}
