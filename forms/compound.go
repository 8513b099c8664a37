package forms

import (
	"reflect"
	"strconv"

	"github.com/dewar-go/dewar/internal/scan"
)

// processForm makes the form of a FormField.
func (f *BoundField) processForm(src *source, x reflect.Value) {
	f.sub = f.subForm(f.nested, f.name+f.Separator, src)
	f.sub.path = f.pointer()
	if f.form.target.IsValid() {
		f.value = scan.FieldAt(f.form.target, f.index)
	}
	f.bindSub(x)
	f.refuseBad(src)
}

// refuseBad notes that JSON had no object or no list for the field.
func (f *BoundField) refuseBad(src *source) {
	if src != nil && src.bad[f.name] {
		f.refuse(notValue)
	}
}

func (f *BoundField) subForm(s *Schema, prefix string, src *source) *Form {
	return &Form{schema: s, c: f.form.c, options: Options{Query: f.form.options.Query}, prefix: prefix, source: src,
		submitted: f.form.submitted, owner: f, translations: f.form.translations}
}

// bindSub makes the fields of the form of a FormField, in the struct that is its value.
func (f *BoundField) bindSub(x reflect.Value) {
	if f.value.IsValid() {
		f.sub.target = f.value
		if f.value.Kind() == reflect.Pointer {
			if f.value.IsNil() {
				f.value.Set(reflect.New(f.value.Type().Elem()))
			}
			f.sub.target = f.value.Elem()
		}
	}
	f.sub.bind(valuesFrom(x))
	f.null = false
	f.offered = f.sub.source != nil && f.sub.source.offered(f.name)
	for _, b := range f.sub.fields {
		f.offered = f.offered || b.offered
	}
}

// processList makes the entries of a FieldList.
func (f *BoundField) processList(src *source, x reflect.Value) {
	if f.form.target.IsValid() && f.index != nil {
		f.value = scan.FieldAt(f.form.target, f.index)
	}
	var objects []reflect.Value
	if v := plainValue(x); v.IsValid() && v.Kind() == reflect.Slice {
		for i := range min(v.Len(), f.MaxEntries) {
			objects = append(objects, v.Index(i))
		}
	}
	var parts []string
	if src != nil && !f.Disabled && !f.ReadOnly {
		parts = src.entries(f.name+f.Separator, f.plan.entrySeparator(), f.MaxEntries)
		f.offered = len(parts) > 0 || src.offered(f.name)
	}
	n := len(parts)
	sent := f.offered || src != nil && len(src.values) > 0 && !src.json
	if !sent {
		n = len(objects)
	}
	f.resize(max(n, f.MinEntries))
	for i := range max(n, f.MinEntries) {
		var object reflect.Value
		if i < len(objects) {
			object = objects[i]
		}
		part := ""
		if i < len(parts) {
			part = parts[i]
		}
		f.addEntry(src, part, object, i < len(objects))
	}
	f.refuseBad(src)
	f.null = false
	f.initial = strconv.Itoa(len(objects))
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

// shape is what a list's value was made of, for Changed.
func (f *BoundField) shape() string { return strconv.Itoa(len(f.entries)) }

// resize gives the struct's slice room for n entries.
func (f *BoundField) resize(n int) {
	if f.value.IsValid() {
		list := reflect.MakeSlice(f.value.Type(), n, n)
		reflect.Copy(list, f.value)
		f.value.Set(list)
	}
}

// addEntry makes the next entry. It reads what was sent under the part of the name, and has a name with its place in
// the list from then on, so that gaps close.
func (f *BoundField) addEntry(src *source, part string, object reflect.Value, given bool) *BoundField {
	number := strconv.Itoa(len(f.entries))
	if part == "" {
		part, src = number, nil
	}
	e := &BoundField{}
	e.init(f.plan.entry, f.form, f.name+f.Separator+part)
	e.path = f.pointer() + "/" + number
	e.label = f.entryLabel(number)
	if f.plan.ID != "" {
		e.id = f.plan.ID + f.Separator + number
	}
	if f.value.IsValid() {
		e.value = f.value.Index(len(f.entries))
	} else if e.goType != nil {
		e.value = reflect.New(e.goType).Elem()
	}
	if e.kind == kindForm {
		e.sub = e.subForm(e.nested, e.name+e.Separator, src)
		e.sub.path = e.path
		e.object = object
		e.bindSub(object)
	} else {
		e.process(src, object, given)
	}
	e.rename(len(e.name), f.name+f.Separator+number)
	f.entries = append(f.entries, e)
	return e
}

// rename puts another text in the place of the first n bytes of the field's name and of those below it.
func (f *BoundField) rename(n int, to string) {
	if f.name[:n] == to {
		return
	}
	f.name = to + f.name[n:]
	for i := range f.failed {
		f.failed[i].Field = f.name
	}
	if f.sub != nil {
		f.sub.prefix = to + f.sub.prefix[n:]
		for _, b := range f.sub.fields {
			b.rename(n, to)
		}
	}
	for _, e := range f.entries {
		e.rename(n, to)
	}
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
