// Package cli is the command line of a Dewar application, inside the
// application's own binary. With it, main is one line ([Serve] is the same for a
// program that makes its application by itself):
//
//	func main() { cli.Main(newApp) }
//
//	func newApp(base dewar.Config) (*dewar.App, error) {
//		config, err := dewar.LoadConfig[Config]("SHOP_", base)
//		…
//		return app, nil
//	}
//
// # Commands
//
//	shop                        the same as "shop run"
//	shop run --port 8000        serve; --host, --instance and --debug as well. The environment's PORT is
//	                            the default of --port
//	shop run --cert F --key F   serve HTTPS; --cert adhoc --debug while developing
//	shop routes                 list endpoints, methods, rules and guards; --json
//	shop request GET /users/1   send one request to the application, without a server; --as ID, --data, --header,
//	                            --include
//	shop check                  list routes with their guards, mistakes in templates and settings, and
//	                            protections that are off; --json, --sarif, --accept ID, --host ADDRESS
//	shop secret new             print a new secret key
//	shop secret new --file F    write one to a new file that only its owner can read
//	shop secret rotate          make a new key sign from the next start on; the older ones still verify
//	shop secret retire          take the older keys out: what they signed is no longer accepted; --keep
//
// Extensions and the application add more with [dewar.AddCommand]; --help lists them.
//
// Options may stand before the command as well as after it. A command or option
// that is not known says which was probably meant. Options of flask run for what is so in any case
// (--no-reload, --with-threads) are taken.
//
// # The application factory
//
// Main calls newApp once the command line is understood, with what it said in
// base: InstanceDir, Debug and the files of the certificate. Passing base on to [dewar.LoadConfig] lets the
// command line win over the file and the environment; a program without
// settings of its own gives it to [dewar.New] as it is.
//
// # Exit status
//
// 0 when the command did what it was for, 1 with one line on standard error when
// it could not (mistakes at registration among them, whose stack is left out), 2 when the command line was not understood. check ends with 1 when
// it found an error, or a warning that is not accepted.
package cli
