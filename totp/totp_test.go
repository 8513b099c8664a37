package totp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"
)

func rfcKey(size int) Key {
	return Key{Secret: Secret(strings.Repeat("1234567890", 7)[:size])}
}

// RFC 4226, appendix D.
func TestRFC4226(t *testing.T) {
	k := rfcKey(20)
	for counter, want := range strings.Fields("755224 287082 359152 969429 338314 254676 287922 162583 399871 520489") {
		if got := k.At(int64(counter)); got != want {
			t.Errorf("counter %d: %s, want %s", counter, got, want)
		}
	}
}

// RFC 6238, appendix B, with the secrets of its errata: one as long as the hash.
func TestRFC6238(t *testing.T) {
	for at, want := range map[int64][3]string{
		59:          {"94287082", "46119246", "90693936"},
		1111111109:  {"07081804", "68084774", "25091201"},
		1111111111:  {"14050471", "67062674", "99943326"},
		1234567890:  {"89005924", "91819424", "93441116"},
		2000000000:  {"69279037", "90698825", "38618901"},
		20000000000: {"65353130", "77737706", "47863826"},
	} {
		for i, a := range []Algorithm{SHA1, SHA256, SHA512} {
			k := rfcKey([]int{20, 32, 64}[i])
			k.Digits, k.Algorithm = 8, a
			if got := k.Code(time.Unix(at, 0)); got != want[i] {
				t.Errorf("%s at %d: %s, want %s", a, at, got, want[i])
			}
		}
	}
}

// What pyotp makes of the same settings: testdata/record.py.
func TestPyotp(t *testing.T) {
	b, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		Secret, Algorithm, Code, Issuer, Name, URI string
		Digits, Period                             int
		At                                         int64
	}
	var golden struct{ Codes, URIs []row }
	if err := json.Unmarshal(b, &golden); err != nil || len(golden.Codes) < 100 || len(golden.URIs) < 5 {
		t.Fatal(len(golden.Codes), len(golden.URIs), err)
	}
	key := func(secret string, r row) Key {
		s, err := ParseSecret(secret)
		if err != nil {
			t.Fatal(err)
		}
		return Key{s, r.Digits, time.Duration(r.Period) * time.Second, Algorithm(r.Algorithm)}
	}
	for _, r := range golden.Codes {
		if got := key(r.Secret, r).Code(time.Unix(r.At, 0)); got != r.Code {
			t.Errorf("%+v: %s", r, got)
		}
	}
	for _, r := range golden.URIs {
		if got := key("JBSWY3DPEHPK3PXP", r).URI(r.Issuer, r.Name); got != r.URI {
			t.Errorf("\n got %s\nwant %s", got, r.URI)
		}
	}
}

func TestColonInNames(t *testing.T) {
	if got := rfcKey(20).URI("a: b", "c:d"); !strings.HasPrefix(got, "otpauth://totp/a%20b:cd?") || !strings.HasSuffix(got, "&issuer=a%20b") {
		t.Error(got)
	}
}

func TestVerify(t *testing.T) {
	k := rfcKey(20)
	now := time.Unix(1_000_000_015, 0)
	step := k.Step(now)
	for _, r := range []struct {
		name string
		code string
		last int64
		want int64
	}{
		{"now", k.At(step), 0, step},
		{"one back", k.At(step - 1), 0, step - 1},
		{"one ahead", k.At(step + 1), 0, step + 1},
		{"two back", k.At(step - 2), 0, 0},
		{"two ahead", k.At(step + 2), 0, 0},
		{"used", k.At(step), step, 0},
		{"older than the one used", k.At(step - 1), step, 0},
		{"newer than the one used", k.At(step), step - 1, step},
		{"typed with a space", k.At(step)[:3] + " " + k.At(step)[3:], 0, step},
		{"typed with a hyphen", k.At(step)[:3] + "-" + k.At(step)[3:], 0, step},
		{"empty", "", 0, 0},
		{"five digits", k.At(step)[:5], 0, 0},
		{"seven digits", k.At(step) + "0", 0, 0},
		{"a sign", "+" + k.At(step)[1:], 0, 0},
		{"digits that are not ASCII", "１２３４５６", 0, 0},
		{"long", strings.Repeat(" ", 30) + k.At(step), 0, 0},
	} {
		got, ok := k.Verify(r.code, now, r.last)
		if ok != (r.want > 0) || ok && got != r.want {
			t.Errorf("%s: %d, %v; want %d", r.name, got-step, ok, r.want-step)
		}
	}
}

// Gitea CVE-2021-45331 and better-auth#10387: a code that was used is not accepted again, at whatever time.
func TestCVE_2021_45331(t *testing.T) {
	k := rfcKey(20)
	code := k.At(1000)
	step, ok := k.Verify(code, time.Unix(30_000, 0), 0)
	if !ok {
		t.Fatal("the code is not accepted once")
	}
	for at := int64(29_900); at < 30_100; at++ {
		if _, ok := k.Verify(code, time.Unix(at, 0), step); ok {
			t.Fatalf("accepted again at %d", at)
		}
	}
}

// Trilium#11448: one code may be that of two steps. It is spent for both, and a use for the older does not keep the
// newer from being used.
func TestTrilium11448(t *testing.T) {
	k := rfcKey(20)
	const older = 40628458
	code := k.At(older)
	if code != k.At(older+1) {
		t.Fatal("the codes differ")
	}
	for _, now := range []int64{older, older + 1, older + 2} {
		step, ok := k.Verify(code, time.Unix(30*now, 0), 0)
		if !ok || step != older+1 {
			t.Errorf("at %+d: step %+d, %v", now-older, step-older, ok)
		}
		if step, ok := k.Verify(code, time.Unix(30*now, 0), older); !ok || step != older+1 {
			t.Errorf("at %+d after the older: step %+d, %v", now-older, step-older, ok)
		}
		if _, ok := k.Verify(code, time.Unix(30*now, 0), older+1); ok {
			t.Errorf("at %+d: accepted twice", now-older)
		}
	}
}

func TestParseSecret(t *testing.T) {
	want := "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	for _, text := range []string{
		want, strings.ToLower(want), "gezd gnbv gy3t qojq gezd gnbv gy3t qojq", "GEZD-GNBV-GY3T-QOJQ-GEZD-GNBV-GY3T-QOJQ", want + "======",
	} {
		if s, err := ParseSecret(text); err != nil || s.Text() != want || string(s) != "12345678901234567890" {
			t.Errorf("%q: %q, %v", text, s.Text(), err)
		}
	}
	for text, part := range map[string]string{
		"":                       "0 bits",
		"GEZDGNBVGY3TQOI":        "72 bits",
		strings.Repeat("A", 104): "520 bits",
		strings.Repeat("A", 257): "257 bytes",
		"GEZDGNBVGY3TQOJ1":       "base32",
		"GEZDGNBVGY3TQOJQG":      "base32",
		"GEZDGNBV=GY3TQOJQ":      "base32",
	} {
		if _, err := ParseSecret(text); err == nil || !strings.Contains(err.Error(), part) || len(text) > 2 && strings.Contains(err.Error(), text) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if a, b := NewSecret(), NewSecret(); len(a) != 20 || bytes.Equal(a, b) {
		t.Error("NewSecret: not 160 bits, or twice the same")
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	k := rfcKey(20)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", k.Secret, "key", k)
	asJSON, _ := json.Marshal(k)
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s %x %q %+v", k, k, k, k.Secret, k.Secret, k.Secret, &k), log.String(), string(asJSON)} {
		for _, secret := range []string{"12345", "GEZD", "gezd", "3132", "49 50", "MTIz", "0x31"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s in %s", secret, text)
			}
		}
	}
}

func TestSettings(t *testing.T) {
	for name, k := range map[string]Key{
		"Digits": {Secret: rfcKey(20).Secret, Digits: 5}, "Period": {Secret: rfcKey(20).Secret, Period: time.Millisecond},
		"Algorithm": {Secret: rfcKey(20).Secret, Algorithm: "MD5"}, "Secret": {},
	} {
		func() {
			defer func() {
				if p, _ := recover().(string); !strings.HasPrefix(p, "totp: Key."+name) {
					t.Errorf("%s: %q", name, p)
				}
			}()
			k.Verify("123456", time.Unix(60, 0), 0)
		}()
	}
}

// Whatever is typed: only the three codes are right, and what is accepted is one of them.
func FuzzVerify(f *testing.F) {
	k := rfcKey(20)
	f.Add("755224", int64(0), int64(0))
	f.Add("287 082", int64(59), int64(1))
	f.Add("28-70-82", int64(89), int64(0))
	f.Fuzz(func(t *testing.T, code string, at, last int64) {
		at &= 1<<40 - 1
		now := time.Unix(at, 0)
		step, ok := k.Verify(code, now, last)
		if !ok {
			return
		}
		if d := step - k.Step(now); d < -1 || d > 1 || step <= last {
			t.Errorf("step %+d, last %d", d, last)
		}
		if clean := strings.NewReplacer(" ", "", "-", "").Replace(code); clean != k.At(step) {
			t.Errorf("%q is accepted for %s", code, k.At(step))
		}
	})
}

func FuzzParseSecret(f *testing.F) {
	f.Add("gezd gnbv gy3t qojq")
	f.Add("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ====")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSecret(text)
		if err != nil {
			return
		}
		if again, err := ParseSecret(s.Text()); err != nil || !bytes.Equal(again, s) || len(s) < minSecret || len(s) > maxSecret {
			t.Errorf("%q: %q, %v", text, s.Text(), err)
		}
	})
}
