package value

import "testing"

type benchRow struct {
	ID   int
	Text string
	On   bool
}

func BenchmarkSite(b *testing.B) {
	rows := []benchRow{{123, "some text", true}}
	s, _ := Seq(Of(rows))
	v := s.At(0)
	m := Of(map[string]any{"id": 5, "text": "some text"})
	d := NewDict()
	d.SetString("id", Int(5))
	d.SetString("text", String("some text"))
	buf := make([]byte, 0, 64)
	for _, name := range []string{"id", "text"} {
		for _, c := range []struct {
			what string
			v    Value
		}{{"struct", v}, {"map", m}, {"dict", d.Value()}} {
			b.Run(c.what+"/"+name+"/lookup", func(b *testing.B) {
				var site Site
				for b.Loop() {
					x, _ := site.Lookup(c.v, name)
					buf, _ = AppendEscaped(buf[:0], x)
				}
			})
			b.Run(c.what+"/"+name+"/append", func(b *testing.B) {
				var site Site
				for b.Loop() {
					buf, _ = site.AppendEscaped(buf[:0], c.v, name)
				}
			})
		}
	}
}

func BenchmarkOperators(b *testing.B) {
	x, y := Int(7), Int(3)
	on := True
	b.Run("add", func(b *testing.B) {
		for b.Loop() {
			x, _ = Add(x, y)
			x = Int(7)
		}
	})
	b.Run("less", func(b *testing.B) {
		for b.Loop() {
			_, _ = Compare(Lt, x, y)
		}
	})
	b.Run("truth", func(b *testing.B) {
		for b.Loop() {
			_, _ = TruthErr(on)
		}
	})
	b.Run("at", func(b *testing.B) {
		s, _ := Seq(Of([]benchRow{{}, {}}))
		for b.Loop() {
			_ = s.At(1)
		}
	})
	b.Run("at-int", func(b *testing.B) {
		s, _ := Seq(Of([]int{1, 2}))
		for b.Loop() {
			_ = s.At(1)
		}
	})
	b.Run("seq", func(b *testing.B) {
		v := Of([]benchRow{{}, {}})
		for b.Loop() {
			_, _ = Seq(v)
		}
	})
	b.Run("of-slice", func(b *testing.B) {
		var a any = []benchRow{{}, {}}
		for b.Loop() {
			_ = Of(a)
		}
	})
	b.Run("method", func(b *testing.B) {
		s := String("Some Text")
		for b.Loop() {
			m, _ := LookupMethod(s, "upper")
			_, _ = m(nil, s, Args{})
		}
	})
}
