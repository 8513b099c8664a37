// Package config reads the settings of a program: from defaults, a file, .env and
// the environment into a struct, with every mistake named.
//
// # Use
//
// [Load] fills a struct of your own, in any program:
//
//	type Settings struct {
//		Addr        string        `default:"127.0.0.1:5000"`
//		Timeout     time.Duration `default:"30s"`
//		DatabaseURL config.Secret `env:"DATABASE_URL"`
//	}
//	var s Settings
//	if err := config.Load(&s, config.Options{Prefix: "SHOP_"}); err != nil {
//		log.Fatal(err)
//	}
//
// An unknown key in the file is an error, with the key that was probably meant;
// an unknown variable with the prefix is a warning, since others may set it.
//
// # Secrets
//
// A [Secret] never shows its value, however it is printed, logged or encoded, and
// may be a reference to another variable, a file, a command or a [Source] of your
// own. Value is the value of now: whoever asks for it at each use, as a
// connection does when it is made, gets what has been rotated.
package config
