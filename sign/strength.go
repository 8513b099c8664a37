package sign

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// MinKeyLength is the length of the shortest key that a ring accepts, in
// bytes.
const MinKeyLength = 32

// minEntropy is the least entropy of a key, in bits, by the estimate of
// entropy. Random keys stay far above it: of two million, 32 hexadecimal
// digits never had less than 80, and 32 decimal ones never less than 60.
const minEntropy = 56

// knownKeys are keys that were published: in documentation, tutorials and
// templates, or as defaults of applications (CVE-2023-27524,
// CVE-2020-17526, CVE-2021-41192).
var knownKeys = map[string]bool{}

func init() {
	for _, key := range []string{
		"192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
		"_5#y2L\"F4Q8z\\n\\xec]/", "_5#y2L\"F4Q8z\n\xec]/",
		"A0Zr98j/3yX R~XHH!jmN]LWX/,?RT",
		"\\2\\1thisismyscretkey\\1\\2\\e\\y\\y\\h", "\x02\x01thisismyscretkey\x01\x02\\e\\y\\y\\h",
		"c292a0a3aa32397cdb050e233733900f",
		"a really really really really long secret key",
		"you-will-never-guess", "hard to guess string", "temporary_key",
		"thisisnotthekeyyouarelookingfor", "thisissupposedtobesecret",
		"super-secret-key-that-should-be-changed",
		"9OLWxND4o83j4K4iuopO", "b'\\xd5\\xfb\\x8c\\xf5'",
		"09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
	} {
		knownKeys[strings.ToLower(key)] = true
	}
}

// tellTales are words of keys that nobody chose: each is long enough not to
// appear in a random key.
var tellTales = []string{
	"changeme", "change_me", "change-me", "change me", "change_this", "change-this", "changethis", "change this",
	"secretkey", "secret_key", "secret-key", "secret key", "supersecret", "super-secret", "super_secret", "super secret", "topsecret",
	"insecure", "placeholder", "replaceme", "replace-me", "replace_me", "your-key", "your_key", "yoursecret", "your-secret", "your_secret",
	"password", "default-", "default_", "example", "development", "dev-key", "dev_key", "testing", "test-key", "test_key", "not-so-secret", "notsecret",
	"random_string", "random-string", "random string",
}

// checkStrength says what is wrong with a key, or nil.
func checkStrength(key string) error {
	lower := strings.ToLower(strings.TrimSpace(key))
	switch {
	case key == "":
		return errors.New("it is empty")
	case knownKeys[lower]:
		return errors.New("it is a known default that anyone can look up")
	case len(key) < MinKeyLength:
		return fmt.Errorf("it has %d bytes and needs at least %d", len(key), MinKeyLength)
	}
	for _, word := range tellTales {
		if strings.Contains(lower, word) {
			return fmt.Errorf("it contains %q and looks like a default", word)
		}
	}
	if bits := entropy(key); bits < minEntropy {
		return fmt.Errorf("it is too regular to be random (about %.0f bits of entropy, %d are needed)", bits, minEntropy)
	}
	return nil
}

// entropy estimates the entropy of a key in bits: that of the frequencies of
// its bytes, over one period of a repetition, without the bytes that go on
// with a run (aaa) or a sequence (abc, 321). It underestimates a random key, as it knows only the
// key itself, and overestimates what a person makes up: it finds the regular,
// not the guessable.
func entropy(key string) float64 {
	key = key[:period(key)]
	var counts [256]int
	fresh, before := 0, 0
	for i := range len(key) {
		if i > 0 {
			step := int(key[i]) - int(key[i-1])
			if i > 1 && step == before && -1 <= step && step <= 1 {
				continue
			}
			before = step
		}
		counts[key[i]]++
		fresh++
	}
	var bits float64
	for _, n := range counts {
		if n > 0 {
			bits += float64(n) * math.Log2(float64(fresh)/float64(n))
		}
	}
	return bits
}

// period returns the length of the shortest prefix whose repetition gives s.
func period(s string) int {
	// The failure function of Knuth, Morris and Pratt.
	border := make([]int, len(s)+1)
	border[0] = -1
	for i, k := 0, -1; i < len(s); {
		for k >= 0 && s[i] != s[k] {
			k = border[k]
		}
		i, k = i+1, k+1
		border[i] = k
	}
	return len(s) - border[len(s)]
}
