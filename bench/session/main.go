// Command session measures Dewar's sessions beside gorilla/securecookie's and
// scs's, with the same values, about 200 bytes as a cookie: reading one,
// reading a value of it, and writing it again. Below them stands what nobody
// can do without, one HMAC over the same bytes. They take turns, see
// package result.
//
//	cd bench && go run ./session
package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gorilla/securecookie"

	"github.com/dewar-go/dewar/bench/internal/process"
	"github.com/dewar-go/dewar/bench/internal/result"
	"github.com/dewar-go/dewar/session"
	"github.com/dewar-go/dewar/sign"
)

// values are what the sessions hold.
var values = map[string]any{"_user_id": "42", "csrf_token": strings.Repeat("0f", 20), "theme": strings.Repeat("d", 35)}

// A contestant is one thing to measure.
type contestant struct {
	name string
	run  func() error
}

func main() {
	rounds := flag.Int("rounds", 9, "rounds; each is measured once a round")
	quick := flag.Bool("quick", false, "fewer rounds")
	file := flag.String("json", "", "file for the result")
	flag.Parse()
	runtime.GOMAXPROCS(1) // the collector on the side would count
	if *quick {
		*rounds = min(*rounds, 3)
	}
	if err := run(*rounds, *quick, *file); err != nil {
		fmt.Fprintln(os.Stderr, "session:", err)
		os.Exit(1)
	}
}

// times is how often a contestant runs in a measurement.
const times = 5000

func run(rounds int, quick bool, file string) error {
	list, err := contestants()
	if err != nil {
		return err
	}
	set := result.New("session")
	set.Quick(quick)
	set.Base(list[0].name)
	for round := range rounds {
		for _, c := range result.Turn(list, round) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := process.CPU()
			for range times {
				if err := c.run(); err != nil {
					return err
				}
			}
			took := process.CPU() - start
			runtime.ReadMemStats(&after)
			set.Bench("a session of three values", c.name, testing.BenchmarkResult{
				N: times, T: took, MemAllocs: after.Mallocs - before.Mallocs, MemBytes: after.TotalAlloc - before.TotalAlloc,
			})
		}
		if err := python(set); err != nil {
			if round == 0 {
				set.Note("Flask's session is left out: %v; on Debian: apt-get install python3-flask", err)
			}
		}
	}
	return set.Finish(file)
}

func contestants() ([]contestant, error) {
	key := sign.GenerateKey()
	ring, err := sign.NewKeyRing(key)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	store := session.NewCookieStore(ring, session.CookieOptions{})
	cookie, err := store.Encode(values)
	if err != nil {
		return nil, err
	}
	list := []contestant{{fmt.Sprintf("HMAC-SHA1 of %d bytes and a comparison", len(cookie)), bareHMAC(key, cookie)}}
	tokens, err := ring.URLSafeTimedWith(sign.SerializerOptions{SignerOptions: sign.SignerOptions{Salt: "cookie-session", KeyDerivation: sign.HMACDerivation}})
	if err != nil {
		return nil, err
	}
	list = append(list, contestant{"Dewar, signed cookie: verify signature and age", func() error {
		_, _, err := tokens.Open(cookie, time.Hour)
		return err
	}})
	list = append(list, dewar(ctx, "Dewar, signed cookie", store, cookie)...)

	encrypted := session.NewEncryptedCookieStore(ring, session.CookieOptions{})
	memory := session.NewMemoryStore(session.MemoryOptions{})
	for _, other := range []struct {
		name  string
		store session.Store
	}{{"Dewar, encrypted cookie", encrypted}, {"Dewar, memory", memory}} {
		s := session.New()
		for name, v := range values {
			s.Set(name, v)
		}
		value, err := other.store.Save(ctx, s)
		if err != nil {
			return nil, err
		}
		list = append(list, dewar(ctx, other.name, other.store, value)...)
	}
	more, err := gorilla()
	if err != nil {
		return nil, err
	}
	list = append(list, more...)
	more, err = scsMemory(ctx)
	return append(list, more...), err
}

// bareHMAC is the least that verifying takes.
func bareHMAC(key, cookie string) func() error {
	i := strings.LastIndexByte(cookie, '.')
	signed, signature := []byte(cookie[:i]), []byte(cookie[i+1:])
	mac := hmac.New(sha1.New, []byte(key))
	var sum, sent [sha1.Size]byte
	return func() error {
		if _, err := base64.RawURLEncoding.Decode(sent[:], signature); err != nil {
			return err
		}
		mac.Reset()
		mac.Write(signed)
		hmac.Equal(mac.Sum(sum[:0]), sent[:]) // it has another key: only the time counts
		return nil
	}
}

func dewar(ctx context.Context, name string, store session.Store, value string) []contestant {
	load := func() (*session.Session, error) { return store.Load(ctx, value) }
	return []contestant{
		{name + ": load", func() error { _, err := load(); return err }},
		{name + ": load, read a value", func() error {
			s, err := load()
			if user, _ := session.Value[string](s, "_user_id"); user != "42" {
				return fmt.Errorf("%s: the session holds %q: %w", name, user, s.Err())
			}
			return err
		}},
		{name + ": load, change a value, save", func() error {
			s, err := load()
			if err != nil {
				return err
			}
			s.Set("theme", strings.Repeat("e", 35))
			_, err = store.Save(ctx, s)
			return err
		}},
	}
}

func gorilla() ([]contestant, error) {
	const name = "session"
	codec := securecookie.New(securecookie.GenerateRandomKey(32), nil)
	plain := map[string]string{}
	for k, v := range values {
		plain[k] = v.(string)
	}
	value, err := codec.Encode(name, plain)
	return []contestant{
		{"gorilla/securecookie: decode, read a value", func() error {
			got := map[string]string{}
			if err := codec.Decode(name, value, &got); err != nil || got["_user_id"] != "42" {
				return fmt.Errorf("securecookie: %v, %w", got, err)
			}
			return nil
		}},
		{"gorilla/securecookie: decode, change, encode", func() error {
			got := map[string]string{}
			if err := codec.Decode(name, value, &got); err != nil {
				return err
			}
			got["theme"] = strings.Repeat("e", 35)
			_, err := codec.Encode(name, got)
			return err
		}},
	}, err
}

func scsMemory(ctx context.Context) ([]contestant, error) {
	manager := scs.New()
	manager.Lifetime = time.Hour
	begun, err := manager.Load(ctx, "")
	if err != nil {
		return nil, err
	}
	for k, v := range values {
		manager.Put(begun, k, v)
	}
	token, _, err := manager.Commit(begun)
	return []contestant{
		{"scs, memory: load, read a value", func() error {
			c, err := manager.Load(ctx, token)
			if err == nil && manager.GetString(c, "_user_id") != "42" {
				err = fmt.Errorf("scs: the session is empty")
			}
			return err
		}},
		{"scs, memory: load, change a value, commit", func() error {
			c, err := manager.Load(ctx, token)
			if err != nil {
				return err
			}
			manager.Put(c, "theme", strings.Repeat("e", 35))
			_, _, err = manager.Commit(c)
			return err
		}},
	}, err
}
