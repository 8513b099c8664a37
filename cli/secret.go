package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	urfave "github.com/urfave/cli/v3"

	"github.com/dewar-go/dewar/sign"
)

// secret is the command secret, which makes and rotates keys.
func (p *program) secret() *urfave.Command {
	return &urfave.Command{
		Name:  "secret",
		Usage: "make and replace secret keys",
		Commands: []*urfave.Command{{
			Name:  "new",
			Usage: "make a secret key for SecretKey",
			Flags: []urfave.Flag{
				&urfave.StringFlag{Name: "file", Usage: "write it to the new file `PATH`, which only its owner can read"},
			},
			Action: func(_ context.Context, c *urfave.Command) error {
				key := sign.GenerateKey()
				if path := c.String("file"); path != "" {
					return writeSecret(path, key)
				}
				_, err := fmt.Fprintln(p.stdout, key)
				return err
			},
		}, p.rotate(), p.retire()},
	}
}

// writeSecret writes a key to a new file. It overwrites none: replacing a key ends every session that it signed.
func writeSecret(path, key string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("cli: %s is there already: a key that is in use must not be overwritten; name a new file", path)
	}
	if err != nil {
		return fmt.Errorf("cli: the key cannot be written: %w", err)
	}
	_, err = f.WriteString(key + "\n")
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return errors.Join(fmt.Errorf("cli: the key cannot be written: %w", err), os.Remove(path))
	}
	return nil
}
