package forms

import (
	"reflect"
	"slices"
	"strconv"

	"github.com/dewar-go/dewar/internal/scan"
)

// processForm makes the form of a FormField, in the struct that is its value.
func (f *BoundField) processForm(src *source, x reflect.Value) {
	f.sub = &Form{schema: f.nested, c: f.form.c, options: Options{Query: f.form.options.Query}, source: src, submitted: f.form.submitted,
		prefix: f.name + f.Separator, keyPrefix: f.key + f.Separator, path: f.pointer(), owner: f, translations: f.form.translations}
	if f.value.IsValid() {
		if f.value.Kind() == reflect.Pointer && f.value.IsNil() {
			f.value.Set(reflect.New(f.value.Type().Elem()))
		}
		f.sub.target = reflect.Indirect(f.value)
	}
	f.sub.bind(valuesFrom(x))
	f.offered = src != nil && src.offered(f.key) || slices.ContainsFunc(f.sub.fields, (*BoundField).Offered)
}

// processList makes the entries of a FieldList.
func (f *BoundField) processList(src *source, x reflect.Value) {
	var objects []reflect.Value
	if v := plainValue(x); v.Kind() == reflect.Slice {
		for i := range min(v.Len(), f.MaxEntries) {
			objects = append(objects, v.Index(i))
		}
	}
	f.initial = strconv.Itoa(len(objects))
	var parts []string
	if src != nil && !f.Disabled && !f.ReadOnly {
		parts = src.entries(f.key+f.Separator, f.plan.entrySeparator(), f.MaxEntries)
		f.offered = len(parts) > 0 || src.offered(f.key)
	}
	n := len(parts)
	if !f.offered && (src == nil || len(src.values) == 0 || src.json) {
		n = len(objects)
	}
	if n < len(objects) {
		objects = objects[:n]
	}
	// The entries that MinEntries adds have numbers behind those that were sent: as in WTForms they read that nothing was.
	next := 0
	for _, part := range parts {
		number, _ := strconv.Atoi(part)
		next = max(next, number+1)
	}
	n = max(n, f.MinEntries)
	f.resize(n)
	for i := range n {
		var object reflect.Value
		if i < len(objects) {
			object = objects[i]
		}
		part := strconv.Itoa(next + i - len(parts))
		if i < len(parts) {
			part = parts[i]
		}
		f.addEntry(src, part, object, i < len(objects))
	}
}

// plainValue follows pointers and interfaces.
func plainValue(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	return v
}

// entrySeparator is what ends the number of an entry in a name.
func (p *plan) entrySeparator() string {
	if p.entry.isCompound() {
		return p.entry.Separator
	}
	return "-"
}

// resize gives the struct's slice room for n entries.
func (f *BoundField) resize(n int) {
	if f.value.IsValid() {
		list := reflect.MakeSlice(f.value.Type(), n, n)
		reflect.Copy(list, f.value)
		f.value.Set(list)
	}
}

// addEntry makes the next entry. It reads what was sent under the part of the name; its own name has its place in the
// list, so that gaps close.
func (f *BoundField) addEntry(src *source, part string, object reflect.Value, given bool) *BoundField {
	number := strconv.Itoa(len(f.entries))
	e := &BoundField{path: f.pointer() + "/" + number, label: f.entryLabel(number)}
	e.init(f.plan.entry, f.form, f.name+f.Separator+number, f.key+f.Separator+part)
	if f.plan.ID != "" {
		e.id = f.plan.ID + f.Separator + number
	}
	if f.value.IsValid() {
		e.value = f.value.Index(len(f.entries))
	}
	e.process(src, object, given)
	f.entries = append(f.entries, e)
	return e
}

// entryLabel is WTForms' label of an entry: that of its declaration, else made of the entry's name.
func (f *BoundField) entryLabel(number string) string {
	if f.Entry != nil && f.Entry.Label != "" {
		return f.form.gettext(f.Entry.Label)
	}
	return title(f.plan.Name + f.Separator + number)
}

// AppendEntry adds an entry with a value of the program to a FieldList and returns it. It panics above MaxEntries.
func (f *BoundField) AppendEntry(value any) *BoundField {
	if len(f.entries) >= f.MaxEntries {
		panic("forms: list " + f.name + " has MaxEntries entries already")
	}
	f.resize(len(f.entries) + 1)
	f.rebind()
	return f.addEntry(nil, "", reflect.ValueOf(value), value != nil)
}

// PopEntry removes the last entry of a FieldList.
func (f *BoundField) PopEntry() {
	f.entries = f.entries[:len(f.entries)-1]
	if f.value.IsValid() {
		f.value.Set(f.value.Slice(0, len(f.entries)))
	}
}

// rebind points the fields of a list at the places of a slice that was made anew.
func (f *BoundField) rebind() {
	if !f.value.IsValid() {
		return
	}
	for i, e := range f.entries {
		e.value = f.value.Index(i)
		if e.sub != nil {
			e.sub.retarget(reflect.Indirect(e.value))
		}
	}
}

func (f *Form) retarget(target reflect.Value) {
	f.target = target
	for _, b := range f.fields {
		if b.index == nil {
			continue
		}
		b.value = scan.FieldAt(target, b.index)
		if b.sub != nil {
			b.sub.retarget(reflect.Indirect(b.value))
		}
		if b.kind == kindList {
			b.rebind()
		}
	}
}

// pointer is the field's JSON pointer.
func (f *BoundField) pointer() string {
	if f.path != "" {
		return f.path
	}
	return f.form.path + "/" + f.plan.Name
}
