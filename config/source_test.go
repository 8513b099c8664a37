package config_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dewar-go/dewar/config"
)

// load reads one secret from the environment.
func load(t *testing.T, reference string, sources map[string]config.Source) (config.Secret, error) {
	t.Helper()
	t.Setenv("TEST_KEY", reference)
	var s struct{ Key config.Secret }
	err := config.Load(&s, config.Options{Prefix: "TEST_", Dir: t.TempDir(), Sources: sources})
	return s.Key, err
}

func write(t *testing.T, name, text string, mode os.FileMode) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return name
}

// vault is a source with a value that changes.
type vault struct {
	value string
	err   error
}

func (v *vault) Open(_ context.Context, name string) (func() string, error) {
	return func() string { return name + "=" + v.value }, v.err
}

func TestReferences(t *testing.T) {
	script := func(text string) string { return write(t, "secret", "#!/bin/sh\n"+text, 0o700) }
	for _, row := range []struct{ name, reference, want, err string }{
		{name: "command", reference: "exec:" + script("echo hunter2"), want: "hunter2"},
		{name: "arguments, no shell", reference: "exec:" + script(`echo "$# $1 $2"`) + " $HOME ;ls", want: "2 $HOME ;ls"},
		{name: "two lines", reference: "exec:" + script("echo a; echo b"), want: "a\nb"},
		{name: "relative command", reference: "exec:pass show", err: "absolute path"},
		{name: "no command", reference: "exec:", err: "absolute path"},
		{name: "command that is not there", reference: "exec:/no/such/command", err: "/no/such/command"},
		{name: "command that fails", reference: "exec:" + script("echo locked password=hunter2 >&2; exit 3"), err: "exit status 3; run it by hand"},
		{name: "command that prints nothing", reference: "exec:" + script("echo"), err: "printed nothing"},
		{name: "command that prints too much", reference: "exec:" + script("head -c 70000 /dev/zero"), err: "more than 65536 bytes"},
		{name: "source", reference: "vault:kv/shop#password", want: "kv/shop#password=one"},
		{name: "source that fails", reference: "down:kv/shop", err: "the secret refers to down:kv/shop: sealed"},
		{name: "no source", reference: "other:kv", want: "other:kv"},
		{name: "literal", reference: "literal:exec:/bin/true", want: "exec:/bin/true"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, err := load(t, row.reference, map[string]config.Source{"vault": &vault{value: "one"}, "down": &vault{err: errors.New("sealed")}})
			if row.err != "" {
				if err == nil || !strings.Contains(err.Error(), row.err) || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("error %v, want %q and no secret", err, row.err)
				}
				return
			}
			if err != nil || s.Value() != row.want || !s.IsSet() {
				t.Errorf("got %q, %v, want %q", s.Value(), err, row.want)
			}
		})
	}
}

func TestSourceNamesThatAreTaken(t *testing.T) {
	for _, name := range []string{"", "literal", "env", "file", "exec"} {
		if _, err := load(t, "x", map[string]config.Source{name: &vault{}}); err == nil || !strings.Contains(err.Error(), "taken") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// A secret is read when it is needed, so that it may be changed without a new start.
func TestSecretsChange(t *testing.T) {
	file := write(t, "key", "one\n", 0o600)
	set := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	v := &vault{value: "one"}
	fromVault, err := load(t, "vault:key", map[string]config.Source{"vault": v})
	if err != nil {
		t.Fatal(err)
	}
	if v.value = "two"; fromVault.Value() != "key=two" {
		t.Errorf("a source's value is %q", fromVault.Value())
	}
	script := write(t, "script", "#!/bin/sh\ncat "+file, 0o700)
	for _, row := range []struct {
		reference string
		after     time.Duration
	}{{"file:" + file, 5 * time.Second}, {"exec:" + script, 5 * time.Minute}} {
		set("one\n")
		t.Setenv("TEST_KEY", row.reference)
		synctest.Test(t, func(t *testing.T) {
			var s struct{ Key config.Secret }
			if err := config.Load(&s, config.Options{Prefix: "TEST_", Dir: "/no/such/folder"}); err != nil {
				t.Fatal(err)
			}
			check := func(when, want string) {
				t.Helper()
				if got := s.Key.Value(); got != want {
					t.Errorf("%s %s: %q, want %q", row.reference[:5], when, got, want)
				}
			}
			set("two")
			time.Sleep(row.after - time.Nanosecond)
			check("a moment before", "one")
			time.Sleep(time.Nanosecond)
			check("when it is old", "two")
			set("")
			time.Sleep(row.after)
			check("when it cannot be read", "two")
			set("three")
			time.Sleep(row.after)
			check("when it can again", "three")
		})
	}
}

func TestSecretEqual(t *testing.T) {
	s := config.NewSecret("hunter2")
	for text, want := range map[string]bool{"hunter2": true, "hunter3": false, "hunter": false, "": false} {
		if s.Equal(text) != want {
			t.Errorf("Equal(%q) is %v", text, !want)
		}
	}
}
