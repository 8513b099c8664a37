package main

import (
	"bytes"
	"context"
	"html/template"
	"strings"
	"testing/fstest"

	"github.com/gorilla/securecookie"

	"github.com/dewar-go/dewar/bench/http/content"
	"github.com/dewar-go/dewar/bench/internal/process"
	"github.com/dewar-go/dewar/jinja"
	"github.com/dewar-go/dewar/session"
	"github.com/dewar-go/dewar/sign"
)

// measure is the processor time of one call, from many after a first one, for
// which buffers grow.
func measure(n int, f func() error) (ns float64, err error) {
	if err := f(); err != nil {
		return 0, err
	}
	start := process.CPU()
	for range n {
		if err := f(); err != nil {
			return 0, err
		}
	}
	return float64((process.CPU() - start).Nanoseconds()) / float64(n), nil
}

// sessionSize is the time to verify a session and read one value of it, with
// more and more bytes in it.
func sessionSize(s *suite) error {
	ring, err := sign.NewKeyRing(sign.GenerateKey())
	if err != nil {
		return err
	}
	store := session.NewCookieStore(ring, session.CookieOptions{})
	codec := securecookie.New(securecookie.GenerateRandomKey(32), nil)
	codec.MaxLength(0) // else 4,096, which its base64 of base64 reaches first
	for range s.rounds(7) {
		for _, n := range s.places(100, 500, 1000, 2000, 3000) {
			values := map[string]any{"user": "42"}
			for i := 0; i*50 < n; i++ {
				values["key"+string(rune('a'+i))] = strings.Repeat("x", 40)
			}
			cookie, err := store.Encode(values)
			if err != nil {
				return err
			}
			ns, err := measure(2000, func() error {
				got, err := store.Load(context.Background(), cookie)
				if err == nil {
					session.Value[string](got, "user")
					err = got.Err()
				}
				return err
			})
			if err != nil {
				return err
			}
			s.set.At("session size", "dewar", "ns", float64(n), "bytes", ns)
			plain := map[string]string{}
			for k, v := range values {
				plain[k] = v.(string)
			}
			text, err := codec.Encode("s", plain)
			if err != nil {
				return err
			}
			ns, err = measure(500, func() error {
				got := map[string]string{}
				return codec.Decode("s", text, &got)
			})
			if err != nil {
				return err
			}
			s.set.At("session size", "gorilla/securecookie", "ns", float64(n), "bytes", ns)
		}
	}
	return nil
}

// templateSize is the time to render a table of more and more rows.
func templateSize(s *suite) error {
	env, err := jinja.New(jinja.Options{
		Loader:     jinja.FS(fstest.MapFS{"t.html": {Data: []byte("{% for f in fortunes %}<tr><td>{{ f.ID }}</td><td>{{ f.Message }}</td></tr>\n{% endfor %}")}}),
		Autoescape: jinja.SelectAutoescape("html"),
	})
	if err != nil {
		return err
	}
	ours, err := env.GetTemplate("t.html")
	if err != nil {
		return err
	}
	theirs := template.Must(template.New("").Parse("{{range .fortunes}}<tr><td>{{.ID}}</td><td>{{.Message}}</td></tr>\n{{end}}"))
	for range s.rounds(7) {
		for _, n := range s.places(10, 100, 300, 1000, 3000, 10_000) {
			var rows []content.Fortune
			for len(rows) < n {
				rows = append(rows, content.Fortunes()...)
			}
			vars := map[string]any{"fortunes": rows[:n]}
			times := max(2, 20_000/n)
			var buf []byte
			ns, err := measure(times, func() (err error) {
				buf, err = ours.Append(buf[:0], jinja.Run{Vars: vars})
				return err
			})
			if err != nil {
				return err
			}
			s.set.At("template size", "dewar", "ns", float64(n), "rows", ns)
			var b bytes.Buffer
			ns, err = measure(times, func() error {
				b.Reset()
				return theirs.Execute(&b, vars)
			})
			if err != nil {
				return err
			}
			s.set.At("template size", "html/template", "ns", float64(n), "rows", ns)
		}
	}
	return nil
}
