package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/secure"
)

type settings struct {
	dewar.Config
	PageSize    int           `default:"20"`
	Timeout     time.Duration `default:"30s"`
	Ratio       float64
	Mail        struct{ Server, From string }
	Admins      []string
	DatabaseURL dewar.Secret `env:"TEST_DATABASE_URL" default:"sqlite:shop.db"`
	Ignored     func()       `config:"-"`
}

// inFolder moves the test into an empty folder and writes files there.
func inFolder(t *testing.T, files map[string]string) {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	for name, content := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// Whoever deploys knows the proxies, the program's author does not.
func TestLoadConfigProxies(t *testing.T) {
	for _, row := range []struct {
		name, file string
		env        map[string]string
		want       secure.ProxyConfig
		err        string
	}{
		{
			name: "environment", env: map[string]string{"SHOP_PROXIES_TRUSTED": "10.0.0.0/8, unix", "SHOP_PROXIES_FAMILY": "Forwarded", "SHOP_PROXIES_FOR": "2"},
			want: secure.ProxyConfig{Trusted: []string{"10.0.0.0/8", "unix"}, Family: secure.Forwarded, For: 2},
		},
		{
			name: "file and environment", file: `{"proxies": {"trusted": ["10.0.0.1"], "family": "x-forwarded", "for": 1, "proto": 1, "host": 1}}`,
			env:  map[string]string{"SHOP_PROXIES_FOR": "3"},
			want: secure.ProxyConfig{Trusted: []string{"10.0.0.1"}, For: 3, Proto: 1, Host: 1},
		},
		{name: "family", file: `{"proxies": {"family": "cloudflare"}}`, err: "x-forwarded or forwarded"},
		{name: "family as a number", file: `{"proxies": {"family": 1}}`, err: "x-forwarded or forwarded"},
		{name: "a string for a list", file: `{"proxies": {"trusted": "10.0.0.1"}}`, err: "a list is needed"},
		{name: "unknown key", file: `{"proxies": {"truste": []}}`, err: `did you mean "proxies.trusted"?`},
		{name: "no number", env: map[string]string{"SHOP_PROXIES_PROTO": "all"}, err: "SHOP_PROXIES_PROTO"},
	} {
		t.Run(row.name, func(t *testing.T) {
			inFolder(t, nil)
			if row.file != "" {
				inFolder(t, map[string]string{"instance/config.json": row.file})
			}
			for name, value := range row.env {
				t.Setenv(name, value)
			}
			cfg, err := dewar.LoadConfig[settings]("SHOP_")
			if row.err != "" {
				if err == nil || !strings.Contains(err.Error(), row.err) {
					t.Errorf("%v, want %q", err, row.err)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(cfg.Proxies, row.want) {
				t.Errorf("%+v, %v, want %+v", cfg.Proxies, err, row.want)
			}
		})
	}
}

func TestLoadConfigOrder(t *testing.T) {
	inFolder(t, map[string]string{
		"instance/config.json": `{"page_size": 30, "timeout": "1m", "ratio": 0.5, "mail": {"server": "file", "from": "file"},
			"trusted_hosts": ["a.example", "b.example"], "session": {"cookie_name": "s", "lifetime": 3600}, "max_content_length": 5}`,
		".env": "SHOP_RATIO=0.25 # a comment\nexport SHOP_MAIL_FROM='dot env'\n",
	})
	t.Setenv("SHOP_PAGE_SIZE", "40")
	t.Setenv("SHOP_ADMINS", "ada, grace ,")
	t.Setenv("SHOP_DEBUG", "true")
	t.Setenv("TEST_DATABASE_URL", "postgres://u:pw@h/d")
	cfg, err := dewar.LoadConfig[settings]("SHOP_", dewar.Config{StaticURL: "/s"})
	if err != nil {
		t.Fatal(err)
	}
	rows := []struct {
		name      string
		got, want any
	}{
		{"environment over file", cfg.PageSize, 40},
		{"file over default", cfg.Timeout, time.Minute},
		{".env over file", cfg.Ratio, 0.25},
		{"nested file", cfg.Mail.Server, "file"},
		{"nested .env", cfg.Mail.From, "dot env"},
		{"list of the environment", strings.Join(cfg.Admins, "|"), "ada|grace"},
		{"list of the file", strings.Join(cfg.TrustedHosts, "|"), "a.example|b.example"},
		{"seconds", cfg.Session.Lifetime, time.Hour},
		{"nested name", cfg.Session.CookieName, "s"},
		{"env tag", cfg.DatabaseURL.Value(), "postgres://u:pw@h/d"},
		{"flag", cfg.StaticURL, "/s"},
		{"debug", cfg.Debug, true},
		{"int64", cfg.MaxContentLength, int64(5)},
	}
	for _, row := range rows {
		if row.got != row.want {
			t.Errorf("%s: got %v, want %v", row.name, row.got, row.want)
		}
	}
}

func TestLoadConfigMistakes(t *testing.T) {
	rows := []struct {
		name, file string
		env        map[string]string
		want       []string
	}{
		{"unknown key", `{"page_sise": 1}`, nil, []string{"config.json", `unknown key "page_sise"`, `did you mean "page_size"?`}},
		{"unknown nested key", `{"mail": {"sever": "x"}}`, nil, []string{`"mail.sever"`, `"mail.server"`}},
		{"several", `{"a": 1, "timeout": "soon"}`, map[string]string{"SHOP_PAGE_SIZE": "many"}, []string{"3 mistakes", `"a"`, "timeout", "SHOP_PAGE_SIZE"}},
		{"a string where a list is meant", `{"secret_key_fallbacks": "abc"}`, nil, []string{"a list is needed, not a string"}},
		{"a string where a number is meant", `{"page_size": "7"}`, nil, []string{"a number is needed"}},
		{"a number where a string is meant", `{"mail": {"from": 7}}`, nil, []string{"a string is needed"}},
		{"no object", `[1]`, nil, []string{"not a JSON object"}},
		{"two objects", `{} {}`, nil, []string{"follows the JSON object"}},
		{"secret in a missing file", `{"database_url": "file:/no/such/secret"}`, nil, []string{"database_url", "/no/such/secret"}},
		{"secret in an unset variable", `{"database_url": "env:NO_SUCH_VARIABLE"}`, nil, []string{"NO_SUCH_VARIABLE"}},
		{"bad boolean", `{}`, map[string]string{"SHOP_INSECURE_PLAIN_HTTP": "maybe"}, []string{"SHOP_INSECURE_PLAIN_HTTP", "neither true nor false"}},
		{"missing named file", `{}`, map[string]string{"SHOP_CONFIG": "nowhere.json"}, []string{"nowhere.json"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			inFolder(t, map[string]string{"instance/config.json": row.file})
			for k, v := range row.env {
				t.Setenv(k, v)
			}
			_, err := dewar.LoadConfig[settings]("SHOP_")
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range row.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
}

func TestDotenvOnlyInDebug(t *testing.T) {
	inFolder(t, map[string]string{".env": "SHOP_PAGE_SIZE=99\n"})
	cfg, err := dewar.LoadConfig[settings]("SHOP_")
	if err != nil || cfg.PageSize != 20 {
		t.Errorf("without debug: %d, %v", cfg.PageSize, err)
	}
	cfg, err = dewar.LoadConfig[settings]("SHOP_", dewar.Config{Debug: true})
	if err != nil || cfg.PageSize != 99 {
		t.Errorf("with debug: %d, %v", cfg.PageSize, err)
	}
}

func TestSecretsAreNeverShown(t *testing.T) {
	inFolder(t, map[string]string{"key": "from a file\n", "instance/config.json": `{"secret_key": "file:key", "database_url": "literal:file:x"}`})
	cfg, err := dewar.LoadConfig[settings]("SHOP_")
	if err != nil {
		t.Fatal(err)
	}
	if cfg.SecretKey.Value() != "from a file" || cfg.DatabaseURL.Value() != "file:x" {
		t.Errorf("got %q, %q", cfg.SecretKey.Value(), cfg.DatabaseURL.Value())
	}
	s := dewar.NewSecret("hunter2")
	asJSON, err := json.Marshal(map[string]any{"s": s, "list": []dewar.Secret{s}})
	if err != nil {
		t.Fatal(err)
	}
	shown := []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s %q", s, s, s, s, s), string(asJSON), s.LogValue().String()}
	if i := slices.IndexFunc(shown, func(x string) bool { return strings.Contains(x, "hunter2") }); i >= 0 {
		t.Errorf("shown: %s", shown[i])
	}
}

func TestLoadConfigFlagsInStructs(t *testing.T) {
	inFolder(t, nil)
	t.Setenv("SHOP_SESSION_COOKIE_NAME", "shop")
	t.Setenv("SHOP_SESSION_LIFETIME", "1h")
	cfg, err := dewar.LoadConfig[settings]("SHOP_", dewar.Config{
		Session: dewar.SessionConfig{Lifetime: time.Minute}, SecretKey: dewar.NewSecret("given"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Session.CookieName != "shop" || cfg.Session.Lifetime != time.Minute || cfg.SecretKey.Value() != "given" {
		t.Errorf("got %q, %v, %q", cfg.Session.CookieName, cfg.Session.Lifetime, cfg.SecretKey.Value())
	}
}

// TestByteOrderMarks: an editor's mark at the beginning of a file is no part of
// what it says.
func TestByteOrderMarks(t *testing.T) {
	const mark = "\ufeff"
	inFolder(t, map[string]string{
		".env": mark + "SHOP_PAGE_SIZE=7\nSHOP_SECRET_KEY=file:key\n", "key": mark + "the key\n",
		"instance/config.json": mark + `{"ratio": 0.5}`,
	})
	cfg, err := dewar.LoadConfig[settings]("SHOP_", dewar.Config{Debug: true})
	if err != nil || cfg.PageSize != 7 || cfg.SecretKey.Value() != "the key" || cfg.Ratio != 0.5 {
		t.Errorf("%d, %q, %v, %v", cfg.PageSize, cfg.SecretKey.Value(), cfg.Ratio, err)
	}
}

// TestMisspeltVariables: what was meant is named.
func TestMisspeltVariables(t *testing.T) {
	inFolder(t, map[string]string{".env": "SHOP_PAGE_SZIE=5\nnot a line\nSHOP_NOTHING=1\n"})
	t.Setenv("SHOP_TRUSTED_HOST", "a.example")
	t.Setenv("SHPO_SERVER_NAME", "a.example")
	t.Setenv("TEST_DATABASE_URI", "x")
	t.Setenv("PAGER_OF_MINE", "x")
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	if _, err := dewar.LoadConfig[settings]("SHOP_", dewar.Config{Debug: true}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"name=SHOP_PAGE_SZIE did_you_mean=SHOP_PAGE_SIZE\n", "line=2\n", "name=SHOP_NOTHING\n",
		"name=SHOP_TRUSTED_HOST did_you_mean=SHOP_TRUSTED_HOSTS\n", "name=SHPO_SERVER_NAME did_you_mean=SHOP_SERVER_NAME\n",
		"name=TEST_DATABASE_URI did_you_mean=TEST_DATABASE_URL\n",
	} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("no warning with %q", want)
		}
	}
	if got := log.String(); strings.Count(got, "\n") != 6 {
		t.Errorf("warnings:\n%s", got)
	}
}

func TestLoadConfigUnknownNamesInDotenv(t *testing.T) {
	inFolder(t, map[string]string{".env": "SHOP_PAGE_SIZE=5\nSHOP_PAGE_SIZ=6\nOTHER=7\nSHOP_CONFIG=config.json\n", "config.json": "{}"})
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	if _, err := dewar.LoadConfig[settings]("SHOP_", dewar.Config{Debug: true}); err != nil {
		t.Fatal(err)
	}
	if got := log.String(); !strings.Contains(got, "name=SHOP_PAGE_SIZ\n") || strings.Count(got, "\n") != 1 {
		t.Errorf("warnings: %q", got)
	}
}
