// Package clihook lets package cli change what a command line says of an app
// that is made already, without exporting it to everybody.
package clihook

// Overlay puts the fields of base that are not zero into the configuration of an
// app that is not frozen: Debug, InstanceDir, TLSCertFile, TLSKeyFile and
// Loopback. Package dewar sets it; app is a *dewar.App and base a dewar.Config.
var Overlay func(app, base any)
