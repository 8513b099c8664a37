package value

import (
	"context"
	"fmt"
	"math/big"
	"reflect"
)

var (
	rtState   = reflect.TypeFor[State]()
	rtContext = reflect.TypeFor[context.Context]()
	rtArgs    = reflect.TypeFor[Args]()
	rtKw      = reflect.TypeFor[[]Kw]()
	rtKwMap   = reflect.TypeFor[map[string]any]()
	rtDict    = reflect.TypeFor[*Dict]()
)

// Call calls v: a function, a [Caller] or a Go function. It knows no sandbox; templates call State.Call.
func Call(st State, v Value, a Args) (Value, error) {
	switch v.Kind() {
	case KindFunc:
		return raw[Function](v).Call(st, a)
	case KindUndefined:
		return Value{}, v.undef().Err()
	case KindGoFunc:
		return callGoFunc(st, v, a)
	case KindObject:
		if x, ok := v.Any().(Caller); ok {
			return x.Call(st, a)
		}
	case KindSeq:
		return v, nil
	case KindType:
		if f := raw[classInfo](v).construct; f != nil {
			return f(st, a)
		}
	}
	return Value{}, typeErrorf("'%s' object is not callable", TypeName(v))
}

// IsCallable reports whether Call can work: Python's callable().
func IsCallable(v Value) bool {
	switch v.Kind() {
	case KindFunc, KindGoFunc, KindType, KindUndefined:
		return true
	case KindObject:
		_, ok := v.Any().(Caller)
		return ok
	}
	return false
}

func callGoFunc(st State, v Value, a Args) (Value, error) {
	switch f := v.goAny().(type) {
	case func(State, Args) (Value, error):
		return f(st, a)
	case Func:
		return f(st, a)
	case func() string:
		if a.Len() == 0 {
			return String(f()), nil
		}
	case func(string) string:
		if s, ok := oneString(a); ok {
			return String(f(s)), nil
		}
	case func(string) (string, error):
		if s, ok := oneString(a); ok {
			r, err := f(s)
			return String(r), err
		}
	}
	fn := reflect.ValueOf(v.goAny())
	return callReflect(st, "function", fn, nil, fn.Type(), 0, a)
}

func oneString(a Args) (string, bool) {
	if len(a.Pos) != 1 || a.Kw != nil {
		return "", false
	}
	return a.Pos[0].Str()
}

// methodCaller returns the Method that calls m of the receiver type rt.
func methodCaller(rt reflect.Type, m reflect.Method) Method {
	name, index := m.Name, m.Index
	ft := m.Type
	return func(st State, self Value, a Args) (Value, error) {
		var rv reflect.Value
		if self.t.repr == reprStruct {
			rv = self.reflected()
			if rt.Kind() == reflect.Pointer {
				if self.n == 0 {
					if i, ok := self.t.rt.MethodByName(name); ok {
						return callReflect(st, name, i.Func, &rv, i.Type, 1, a)
					}
					own := reflect.New(self.t.rt).Elem() // a value that an interface or a map holds has no address
					own.Set(rv)
					rv = own
				}
				rv = rv.Addr()
			}
		} else {
			rv = reflect.ValueOf(self.Any())
		}
		return callReflect(st, name, rv.Method(index), nil, ft, 1, a)
	}
}

// callReflect calls fn, whose type is ft. The first skip parameters of ft are the receiver. recv is the receiver; it is
// nil when fn is a bound method.
func callReflect(st State, name string, fn reflect.Value, recv *reflect.Value, ft reflect.Type, skip int, a Args) (Value, error) {
	in := make([]reflect.Value, 0, ft.NumIn())
	if recv != nil {
		in = append(in, *recv)
	}
	i := skip
	if x, ok := injected(st, ft, i); ok {
		in = append(in, x)
		i++
	}
	variadic := ft.IsVariadic()
	last := ft.NumIn()
	if variadic {
		last--
	}
	pos := a.Pos
	for ; i < last; i++ {
		pt := ft.In(i)
		if i == last-1 && !variadic && len(pos) == 0 {
			if kw, ok := kwargs(a, pt); ok {
				in = append(in, kw)
				a.Kw = nil
				continue
			}
		}
		if pt == rtArgs {
			in = append(in, reflect.ValueOf(Args{Pos: pos, Kw: a.Kw}))
			pos, a.Kw = nil, nil
			continue
		}
		if len(pos) == 0 {
			return Value{}, typeErrorf("%s() takes %d argument%s but %d %s given", name, last-skip, plural(last-skip), len(a.Pos), wasWere(len(a.Pos)))
		}
		x, err := ToGo(pos[0], pt)
		if err != nil {
			return Value{}, argError(name, len(a.Pos)-len(pos)+1, err)
		}
		in, pos = append(in, x), pos[1:]
	}
	if variadic {
		et := ft.In(last).Elem()
		for n, v := range pos {
			x, err := ToGo(v, et)
			if err != nil {
				return Value{}, argError(name, len(a.Pos)-len(pos)+n+1, err)
			}
			in = append(in, x)
		}
		pos = nil
		if len(a.Kw) > 0 && ft.In(last) == rtKw {
			in = append(in[:last-skip], reflect.ValueOf(a.Kw))
			a.Kw = nil
		}
	}
	switch {
	case len(pos) > 0:
		return Value{}, typeErrorf("%s() takes %d argument%s but %d %s given", name, last-skip, plural(last-skip), len(a.Pos), wasWere(len(a.Pos)))
	case len(a.Kw) > 0:
		return Value{}, typeErrorf("%s() got an unexpected keyword argument '%s'", name, a.Kw[0].Name)
	}
	return results(fn.Call(in))
}

func wasWere(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

func argError(name string, n int, err error) error {
	return typeErrorf("%s() argument %d: %s", name, n, err)
}

// injected returns the argument i of a Go function when the template does not pass it: the State, a context.Context, or
// State.Data when it has exactly the parameter's type.
func injected(st State, ft reflect.Type, i int) (reflect.Value, bool) {
	if ft.NumIn() <= i {
		return reflect.Value{}, false
	}
	pt := ft.In(i)
	switch {
	case pt == rtState:
		if st == nil {
			return reflect.Zero(pt), true
		}
		return reflect.ValueOf(st), true
	case pt == rtContext:
		return reflect.ValueOf(contextOf(st)), true
	case st != nil:
		if d := st.Data(); d != nil && reflect.TypeOf(d) == pt {
			return reflect.ValueOf(d), true
		}
	}
	return reflect.Value{}, false
}

func contextOf(st State) context.Context {
	if st != nil {
		switch d := st.Data().(type) {
		case context.Context:
			return d
		case interface{ Context() context.Context }:
			return d.Context()
		}
	}
	return context.Background()
}

// kwargs converts the keyword arguments to the last parameter of a Go function. ok is false when its type takes none.
func kwargs(a Args, pt reflect.Type) (reflect.Value, bool) {
	switch pt {
	case rtKw:
		return reflect.ValueOf(a.Kw), true
	case rtKwMap:
		m := make(map[string]any, len(a.Kw))
		for _, k := range a.Kw {
			m[k.Name] = k.Value.Any()
		}
		return reflect.ValueOf(m), true
	case rtDict:
		d := NewDictSize(len(a.Kw))
		for _, k := range a.Kw {
			d.SetString(k.Name, k.Value)
		}
		return reflect.ValueOf(d), true
	}
	return reflect.Value{}, false
}

// results converts the results of a Go function: none is None, several are a tuple. An error as the last result fails.
func results(out []reflect.Value) (Value, error) {
	if n := len(out); n > 0 && out[n-1].Type() == rtError {
		if err, _ := out[n-1].Interface().(error); err != nil {
			return Value{}, err
		}
		out = out[:n-1]
	}
	switch len(out) {
	case 0:
		return None, nil
	case 1:
		return Of(out[0].Interface()), nil
	}
	vs := make([]Value, len(out))
	for i, o := range out {
		vs[i] = Of(o.Interface())
	}
	return NewTuple(vs), nil
}

// ToGo converts v to a Go type: numbers when nothing is lost, strings, lists to slices, dicts to maps, None to nil, and
// Go values to types that they are assignable or convertible to.
func ToGo(v Value, rt reflect.Type) (reflect.Value, error) {
	if rt == rtValue {
		return reflect.ValueOf(v), nil
	}
	out := reflect.New(rt).Elem()
	if v.IsUndefined() {
		if u := v.undef(); u.Mode == UndefStrict {
			return out, u.Err()
		}
		if rt.Kind() == reflect.Interface && rt.NumMethod() == 0 {
			return out, nil
		}
		if rt.Kind() == reflect.String {
			return out, nil
		}
	}
	if v.IsNone() {
		switch rt.Kind() {
		case reflect.Interface, reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
			return out, nil
		}
		return out, fmt.Errorf("cannot use %s as %s", TypeName(v), rt)
	}
	x := reflect.ValueOf(v.Any())
	if x.IsValid() && x.Type().AssignableTo(rt) {
		if i, ok := v.Int64(); ok && rt.Kind() == reflect.Interface && v.t == intType && rt.NumMethod() == 0 {
			x = reflect.ValueOf(int(i)) // Go code expects int, not int64, in an any
		}
		out.Set(x)
		return out, nil
	}
	if x.IsValid() && x.Kind() == reflect.Pointer && !x.IsNil() && x.Type().Elem() == rt {
		out.Set(x.Elem())
		return out, nil
	}
	if ok, err := toGoBasic(v, out); ok || err != nil {
		return out, err
	}
	if ok, err := toGoComposite(v, out); ok || err != nil {
		return out, err
	}
	if x.IsValid() && x.Type().ConvertibleTo(rt) && x.Kind() == rt.Kind() {
		out.Set(x.Convert(rt))
		return out, nil
	}
	return out, fmt.Errorf("cannot use %s as %s", TypeName(v), rt)
}

func toGoBasic(v Value, out reflect.Value) (bool, error) {
	switch out.Kind() {
	case reflect.String:
		if s, ok := v.Str(); ok {
			out.SetString(s)
			return true, nil
		}
	case reflect.Bool:
		if v.Kind() == KindBool {
			out.SetBool(v.n != 0)
			return true, nil
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if d, ok := v.Duration(); ok {
			out.SetInt(int64(d))
			return true, nil
		}
		if i, ok := exactInt(v); ok {
			if out.OverflowInt(i) {
				return false, fmt.Errorf("%d does not fit into %s", i, out.Type())
			}
			out.SetInt(i)
			return true, nil
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		if v.Kind() == KindBig && raw[big.Int](v).IsUint64() {
			out.SetUint(raw[big.Int](v).Uint64())
			return true, nil
		}
		if i, ok := exactInt(v); ok {
			if i < 0 || out.OverflowUint(uint64(i)) {
				return false, fmt.Errorf("%d does not fit into %s", i, out.Type())
			}
			out.SetUint(uint64(i))
			return true, nil
		}
	case reflect.Float32, reflect.Float64:
		if f, ok := v.Float64(); ok {
			out.SetFloat(f)
			return true, nil
		}
	}
	return false, nil
}

func toGoComposite(v Value, out reflect.Value) (bool, error) {
	rt := out.Type()
	switch rt.Kind() {
	case reflect.Slice:
		if k := v.Kind(); k != KindList && k != KindTuple && k != KindSlice && k != KindIterator && k != KindRange && k != KindView && k != KindSet {
			return false, nil
		}
		items, err := Collect(v)
		if err != nil {
			return false, err
		}
		s := reflect.MakeSlice(rt, len(items), len(items))
		for i, item := range items {
			x, err := ToGo(item, rt.Elem())
			if err != nil {
				return false, err
			}
			s.Index(i).Set(x)
		}
		out.Set(s)
		return true, nil
	case reflect.Map:
		keys, values, ok := Pairs(v)
		if !ok {
			return false, nil
		}
		m := reflect.MakeMapWithSize(rt, len(keys))
		for i := range keys {
			k, err := ToGo(keys[i], rt.Key())
			if err != nil {
				return false, err
			}
			x, err := ToGo(values[i], rt.Elem())
			if err != nil {
				return false, err
			}
			m.SetMapIndex(k, x)
		}
		out.Set(m)
		return true, nil
	case reflect.Pointer:
		x, err := ToGo(v, rt.Elem())
		if err != nil {
			return false, nil
		}
		p := reflect.New(rt.Elem())
		p.Elem().Set(x)
		out.Set(p)
		return true, nil
	case reflect.Struct:
		if rt == rtTime {
			if t, ok := v.Time(); ok {
				out.Set(reflect.ValueOf(t))
				return true, nil
			}
		}
		// The parameter is a struct and v is a pointer to it.
		x := reflect.ValueOf(v.Any())
		if x.IsValid() && x.Kind() == reflect.Pointer && !x.IsNil() && x.Type().Elem() == rt {
			out.Set(x.Elem())
			return true, nil
		}
	}
	return false, nil
}

// seqIterator iterates an iter.Seq or iter.Seq2.
func (v Value) seqIterator() Iterator {
	rv := reflect.ValueOf(v.goAny())
	var items []Value
	if rv.Type().CanSeq2() {
		for k, x := range rv.Seq2() {
			items = append(items, NewTuple([]Value{Of(k.Interface()), Of(x.Interface())}))
			if len(items) >= maxElements {
				break
			}
		}
	} else {
		for x := range rv.Seq() {
			items = append(items, Of(x.Interface()))
			if len(items) >= maxElements {
				break
			}
		}
	}
	return &seqIterator{s: Sequence{items: items, n: len(items)}}
}
