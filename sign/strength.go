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

// minEntropy is the least estimate of entropy that a key may have, in bits. Random keys are far above it: among two
// million, keys of 32 hexadecimal digits had at least 80 and keys of 32 decimal digits at least 60.
const minEntropy = 56

// knownKeys are keys that were published, in documentation, tutorials and templates, or as defaults of applications
// (CVE-2023-27524, CVE-2020-17526, CVE-2021-41192).
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

// tellTales are words in placeholder keys, such as "changeme". Each is long enough not to occur in a random key.
var tellTales = []string{
	"changeme", "change_me", "change-me", "change me", "change_this", "change-this", "changethis", "change this",
	"secretkey", "secret_key", "secret-key", "secret key", "supersecret", "super-secret", "super_secret", "super secret", "topsecret",
	"insecure", "placeholder", "replaceme", "replace-me", "replace_me", "your-key", "your_key", "yoursecret", "your-secret", "your_secret",
	"password", "default-", "default_", "example", "development", "dev-key", "dev_key", "testing", "test-key", "test_key", "not-so-secret", "notsecret",
	"random_string", "random-string", "random string",
}

// checkStrength returns an error that says what is wrong with a key.
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

// entropy estimates the entropy of a key in bits. It adds up the frequencies of the bytes in one period of a
// repetition. Bytes that continue a run (aaa) or a sequence (abc, 321) do not count. The result is too low for a random
// key, because only the key itself is known. It is too high for a key that a person made up: it finds regular keys, not
// guessable ones.
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

// period returns the length of the shortest prefix of s that gives s when it is repeated.
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
