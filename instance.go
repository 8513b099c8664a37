package dewar

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/dewar-go/dewar/sign"
)

// SecretKeyFile is the name of the file of secret keys in the instance folder:
// what an app on a loopback address signs with when no SecretKey is given. It
// is a key file of package sign.
const SecretKeyFile = "secret_key"

// instanceKeys reads the keys kept in the instance folder, making one first
// when there is none. The file belongs to its owner alone.
func instanceKeys(dir string) (*sign.KeyRing, error) {
	if err := MakeInstanceDir(dir); err != nil {
		return nil, err
	}
	name := filepath.Join(dir, SecretKeyFile)
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		if err := ignoreKey(dir); err != nil {
			return nil, err
		}
	}
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("the secret key %s can be read by others (mode %04o): run chmod 600 %s, and if others may have read it, delete it so that a new one is made", name, info.Mode().Perm(), name)
	}
	ring, err := sign.LoadOrCreateKeyFile(name)
	if errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("the instance folder %s cannot be used: %w; choose another with --instance, or give SECRET_KEY", dir, err)
	}
	return ring, err
}

// ignoreKey keeps the key that is about to be made out of version control in a
// folder that somebody else made, such as one for a configuration file. What
// else is in the folder is theirs to decide about, and so is a .gitignore that
// is there.
func ignoreKey(dir string) error {
	f, err := os.OpenFile(filepath.Join(dir, ".gitignore"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err == nil {
		_, err = f.WriteString("/" + SecretKeyFile + "\n")
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return fmt.Errorf("the instance folder %s cannot be used: %w; choose another with --instance, or give SECRET_KEY", dir, err)
	}
	return nil
}

// MakeInstanceDir makes an instance folder, readable by its owner alone, with a
// .gitignore that keeps all of it out of version control. A folder that exists
// is left as it is. Extensions that keep files there call it first.
func MakeInstanceDir(dir string) error {
	if info, err := os.Stat(dir); err == nil {
		if !info.IsDir() {
			return fmt.Errorf("the instance folder %s is a file; choose another with --instance", dir)
		}
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the instance folder %s cannot be made: %w; choose another with --instance", dir, err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".gitignore"), []byte("*\n"), 0o600); err != nil {
		return fmt.Errorf("the instance folder %s cannot be written: %w; choose another with --instance", dir, err)
	}
	return nil
}
