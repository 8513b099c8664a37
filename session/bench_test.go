package session_test

import (
	"strings"
	"testing"

	"github.com/dewar-go/dewar/session"
)

func benchSession() *session.Session {
	s := session.New()
	s.Set("_user_id", "42")
	s.Set("csrf_token", strings.Repeat("0f", 20))
	s.Set("theme", strings.Repeat("d", 35))
	return s
}

func BenchmarkLoad(b *testing.B) {
	for kind, store := range stores(b) {
		value, err := store.Save(b.Context(), benchSession())
		if err != nil {
			b.Fatal(err)
		}
		b.Run(kind, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				store.Load(b.Context(), value)
			}
		})
		b.Run(kind+"/state", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s, _ := store.Load(b.Context(), value)
				if s.State(true).Permanent {
					b.Fatal("permanent")
				}
			}
		})
		b.Run(kind+"/read", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s, _ := store.Load(b.Context(), value)
				if _, ok := session.Value[string](s, "_user_id"); !ok {
					b.Fatal("not loaded")
				}
			}
		})
	}
}

func BenchmarkSave(b *testing.B) {
	for kind, store := range stores(b) {
		value, err := store.Save(b.Context(), benchSession())
		if err != nil {
			b.Fatal(err)
		}
		b.Run(kind, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s, _ := store.Load(b.Context(), value)
				s.Set("theme", "light")
				if _, err := store.Save(b.Context(), s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
