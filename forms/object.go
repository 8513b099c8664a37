package forms

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/dewar-go/dewar/internal/scan"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// objectValues finds the values of a model by the fields of a form.
type objectValues struct {
	m map[string]any
	v reflect.Value
}

func valuesFrom(v reflect.Value) objectValues {
	switch v = plainValue(v); v.Kind() {
	case reflect.Struct:
		return objectValues{v: v}
	case reflect.Map:
		m, _ := v.Interface().(map[string]any)
		return objectValues{m: m}
	}
	return objectValues{}
}

// get returns the value for a field, and whether there is one.
func (o objectValues) get(p *plan) (reflect.Value, bool) {
	if o.m != nil {
		x, ok := o.m[p.Name]
		return reflect.ValueOf(x), ok
	}
	if !o.v.IsValid() {
		return reflect.Value{}, false
	}
	index := modelIndex(o.v.Type(), p)
	if index == nil {
		return reflect.Value{}, false
	}
	f, err := o.v.FieldByIndexErr(index)
	return f, err == nil
}

type modelKey struct {
	t            reflect.Type
	goName, name string
}

var modelIndexes sync.Map // modelKey to []int, nil for none

// modelIndex finds the field of a model that a form's field stands for: by the name of the struct's field, the tag
// form, or the form's name in any spelling.
func modelIndex(t reflect.Type, p *plan) []int {
	key := modelKey{t, p.goName, p.Name}
	if index, ok := modelIndexes.Load(key); ok {
		return index.([]int)
	}
	var index []int
	rank := 0
	for _, sf := range reflect.VisibleFields(t) {
		r := 0
		switch {
		case !sf.IsExported() || sf.Anonymous:
		case p.goName != "" && sf.Name == p.goName:
			r = 3
		case sf.Tag.Get("form") == p.Name:
			r = 2
		case plainName(sf.Name) == plainName(p.Name):
			r = 1
		}
		if r > rank {
			rank, index = r, sf.Index
		}
	}
	modelIndexes.Store(key, index)
	return index
}

func plainName(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "")) }

// Populate writes the values into a model, a pointer to a struct. It finds the model's fields as From does, and writes
// only fields that were on the page that was sent, that are not read-only, and that the model has. A field of a
// type that the value does not fit panics: that is a mistake in the program.
func (f *Form) Populate(model any) {
	v := reflect.ValueOf(model)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		panic(fmt.Sprintf("forms: Populate(%T): a pointer to a struct is needed", model))
	}
	f.populate(v.Elem())
}

func (f *Form) populate(model reflect.Value) {
	for _, b := range f.fields {
		index := modelIndex(model.Type(), b.plan)
		if index == nil || !b.offered || b.Disabled || b.ReadOnly {
			continue
		}
		if _, isNil := model.FieldByIndexErr(index); isNil != nil {
			if err := scan.Reach(model.Type(), index); err != nil {
				panic("forms: Populate: " + err.Error())
			}
		}
		to := scan.FieldAt(model, index)
		if b.mayOverflow(to.Type()) {
			panic(fmt.Sprintf("forms: Populate: %s (%v) may hold numbers that do not fit %v.%s, of type %v: bound it by number_range, or give it that type",
				b.name, b.goType, model.Type(), model.Type().FieldByIndex(index).Name, to.Type()))
		}
		if !b.writeTo(to) {
			panic(fmt.Sprintf("forms: Populate: the value of %s (%s) does not fit %v.%s, of type %v", b.name, b.plan.Type,
				model.Type(), model.Type().FieldByIndex(index).Name, to.Type()))
		}
	}
}

// mayOverflow reports whether a whole number that the checks let pass does not fit a type. It goes by the types, so that a
// mistake does not wait for the user who enters a great number.
func (b *BoundField) mayOverflow(t reflect.Type) bool {
	if b.goType == nil {
		return false
	}
	to, v := reflect.Zero(indirect(t)), reflect.Zero(indirect(b.goType))
	if to.Type().Size() >= v.Type().Size() || !(to.CanInt() && v.CanInt() || to.CanUint() && v.CanUint()) {
		return false
	}
	for _, bound := range []string{"min", "max"} {
		n, err := strconv.ParseInt(pythonText(b.flags.Get(bound)), 10, 64)
		switch {
		case to.CanInt() && (err != nil || to.OverflowInt(n)), to.CanUint() && bound == "max" && (err != nil || n < 0 || to.OverflowUint(uint64(n))):
			return true
		}
	}
	return false
}

// writeTo sets a place of a model by the value.
func (b *BoundField) writeTo(to reflect.Value) bool {
	switch {
	case b.sub != nil:
		if to.Kind() == reflect.Pointer {
			if to.IsNil() {
				to.Set(reflect.New(to.Type().Elem()))
			}
			to = to.Elem()
		}
		if to.Kind() != reflect.Struct {
			return false
		}
		b.sub.populate(to)
		return true
	case b.kind == kindList:
		if to.Kind() != reflect.Slice {
			return false
		}
		list := reflect.MakeSlice(to.Type(), len(b.entries), len(b.entries))
		reflect.Copy(list, to)
		for i, e := range b.entries {
			if !e.writeTo(list.Index(i)) {
				return false
			}
		}
		to.Set(list)
		return true
	case b.isNull():
		to.SetZero()
		return true
	}
	return b.assign(to, b.value)
}
