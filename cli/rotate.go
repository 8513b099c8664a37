package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	urfave "github.com/urfave/cli/v3"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/sign"
)

// keyFlags returns the options that name the key file.
func keyFlags() []urfave.Flag {
	return []urfave.Flag{
		&urfave.StringFlag{Name: "instance", Usage: "the keys are those of the instance folder `DIR`", Value: "instance"},
		&urfave.StringFlag{Name: "file", Usage: "the keys are in the key file `PATH`"},
	}
}

func keyPath(c *urfave.Command) string {
	if path := c.String("file"); path != "" {
		return path
	}
	return filepath.Join(c.String("instance"), dewar.SecretKeyFile)
}

// rotate is the command secret rotate: it puts a new key in front.
func (p *program) rotate() *urfave.Command {
	return &urfave.Command{
		Name:  "rotate",
		Usage: "make a new key sign from the next start on; the older ones still verify",
		Flags: keyFlags(),
		Action: func(_ context.Context, c *urfave.Command) error {
			path := keyPath(c)
			ring, err := sign.RotateKeyFile(path)
			if err != nil {
				return keyFileError(path, err)
			}
			_, err = fmt.Fprintf(p.stdout, "%s: %s signs from the next start on, %d older still verify\n", path, ring.IDs()[0], ring.Len()-1)
			return err
		},
	}
}

// retire is the command secret retire: it removes older keys.
func (p *program) retire() *urfave.Command {
	return &urfave.Command{
		Name:  "retire",
		Usage: "take the older keys out; what they signed is not accepted from the next start on",
		Flags: append(keyFlags(), &urfave.IntFlag{Name: "keep", Usage: "leave the newest `N` of the older keys"}),
		Action: func(_ context.Context, c *urfave.Command) error {
			if c.Int("keep") < 0 {
				return &usageError{fmt.Sprintf("--keep %d is negative", c.Int("keep")), "secret retire --help"}
			}
			path := keyPath(c)
			ring, retired, err := sign.RetireKeyFile(path, c.Int("keep"))
			if err != nil {
				return keyFileError(path, err)
			}
			_, err = fmt.Fprintf(p.stdout, "%s: %d taken out, %d left\n", path, retired, ring.Len())
			return err
		},
	}
}

// keyFileError says what to do when there is no key file: a key from the settings is replaced in the settings.
func keyFileError(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cli: there is no key file %s: name the instance folder with --instance; a key that was given as SECRET_KEY is replaced there, the old one in SECRET_KEY_FALLBACKS", path)
	}
	return fmt.Errorf("cli: %w", err)
}
