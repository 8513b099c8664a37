package tlsverify

import "crypto/tls"

var (
	bad    = &tls.Config{InsecureSkipVerify: true}    // want `DW705: the server's certificate is not verified`
	old    = tls.Config{MinVersion: tls.VersionTLS10} // want `DW705: TLS before 1.2`
	pinned = tls.Config{InsecureSkipVerify: true, VerifyConnection: func(tls.ConnectionState) error { return nil }}
	good   = tls.Config{InsecureSkipVerify: false, MinVersion: tls.VersionTLS12}
)

func set(c *tls.Config, off bool) {
	c.InsecureSkipVerify = true // want `DW705: `
	c.InsecureSkipVerify = off
}
