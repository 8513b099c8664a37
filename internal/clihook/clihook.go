// Package clihook lets package cli reach what an App keeps to itself, without
// exporting it to everybody.
package clihook

// Overlay puts the fields of base that are not zero into the configuration of an
// app that is not frozen: Debug, InstanceDir, TLSCertFile, TLSKeyFile and
// Loopback. Package dewar sets it; app is a *dewar.App and base a dewar.Config.
var Overlay func(app, base any)

// Commands returns the commands that were added to an app, a []dewar.Command, and
// Prepare freezes an app as one that only this machine can reach, with its keys.
// Package dewar sets them; app is a *dewar.App.
var (
	Commands func(app any) any
	Prepare  func(app any) error
)
