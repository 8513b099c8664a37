package forms

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/internal/scan"
)

// process gives the field its value: from x, else from its default, then from what was sent.
func (f *BoundField) process(src *source, x reflect.Value, given bool) {
	if !given && f.Default != nil {
		x = reflect.ValueOf(f.Default)
		if call, ok := f.Default.(func() any); ok {
			x = reflect.ValueOf(call())
		}
	}
	f.object = x
	if f.isCompound() {
		if f.kind == kindForm {
			f.processForm(src, x)
		} else {
			f.processList(src, x)
		}
		f.null = false
		if src != nil && src.bad[f.key] { // JSON had no object or no list
			f.refuse(notValue)
		}
		return
	}
	if x.IsValid() || f.kind == kindBool {
		f.setObject(x)
	}
	f.initial = f.valueText()
	if src != nil && !f.Disabled && !f.ReadOnly {
		f.take(src)
	}
	if text, ok := f.text(); ok && len(f.Filters) > 0 {
		for _, filter := range f.Filters {
			text = filter(text)
		}
		reflect.Indirect(f.value).SetString(text)
	}
}

// take reads what was sent.
func (f *BoundField) take(src *source) {
	if f.isFile() {
		f.takeFiles(src)
		return
	}
	f.raw, f.sent = src.values[f.key]
	f.offered = f.sent || src.offered(f.key)
	pointer := f.value.Kind() == reflect.Pointer
	switch {
	case src.bad[f.key]:
		f.refuse(f.invalid)
	case !f.offered && (src.json || pointer): // a browser sends nothing for an empty box, a program does
	case src.json && len(f.raw) == 0 && pointer: // null
		f.setNull()
	case f.kind == kindBool:
		f.setBool(f.sent && len(f.raw) > 0 && isOn(f.raw[0]))
	case f.enum:
		f.takeEnum()
	case f.kind == kindChoices:
		texts := make([]string, len(f.raw))
		for i, text := range f.raw {
			texts[i] = choiceInput(f.goType.Elem(), text)
		}
		if scan.Values(f.value, texts) != nil {
			f.refuse(f.invalid)
			return
		}
		f.null = false
	case len(f.raw) == 0:
	case f.isText:
		f.value.SetString(f.raw[0])
		f.null = false
	default:
		if f.scan(f.raw[0]) == nil {
			f.null = pointer && f.value.IsNil()
			return
		}
		f.refuse(f.invalid)
		if f.kind != kindChoice {
			f.setNull()
		}
	}
}

func (f *BoundField) setNull() {
	f.value.SetZero()
	f.null = true
}

// isOn is the value of a checkbox: any text but an empty one and those of false.
func isOn(text string) bool {
	if text == "" || text == "y" {
		return text != ""
	}
	on, err := scan.Bool(text)
	return on || err != nil
}

// takeEnum finds the choices by their texts: their type is written by String alone. Choices that are set later are
// looked at again before the checks.
func (f *BoundField) takeEnum() {
	var found []reflect.Value
	for _, text := range f.raw {
		for i := range f.Choices {
			if v := reflect.ValueOf(f.Choices[i].Value); pythonText(f.Choices[i].Value) == text && v.Type() == elemOf(f.goType, f.kind) {
				found = append(found, v)
				break
			}
		}
	}
	switch {
	case len(found) < len(f.raw):
		f.null = true
	case f.kind == kindChoices:
		f.value.Set(reflect.Append(reflect.Zero(f.goType), found...))
		f.null = false
	case len(found) > 0:
		f.value.Set(found[0])
		f.null = false
	}
}

// elemOf is the type of one value of a field.
func elemOf(t reflect.Type, k kind) reflect.Type {
	if k == kindChoices {
		return t.Elem()
	}
	return t
}

// scan reads a text into the value.
func (f *BoundField) scan(text string) error {
	if f.value.Kind() == reflect.Pointer && strings.TrimSpace(text) == "" && f.value.Type().Elem().Kind() != reflect.String {
		f.value.SetZero()
		return nil
	}
	if len(text) > maxDecimalText && (f.kind == kindInt || f.kind == kindFloat) {
		return errDecimal
	}
	switch f.kind {
	case kindInt:
		text = plainInteger(text)
	case kindChoice:
		text = choiceInput(f.value.Type(), text)
	case kindDecimal:
		text = plainDigits(text)
	case kindFloat:
		text = plainDigits(text)
		if strings.ContainsAny(text, "xXpP_") {
			return errDecimal
		}
	case kindDate, kindDateTime, kindTime, kindWeek:
		t, ok := f.parseTime(strings.Join(f.raw, " "))
		if !ok {
			return errDecimal
		}
		f.setTime(t)
		return nil
	}
	if f.value.Kind() == reflect.Pointer {
		if err := scan.Values(f.value, []string{text}); err != nil {
			return err
		}
	} else if err := scan.Text(f.value, text); err != nil {
		return err
	}
	if v := reflect.Indirect(f.value); v.CanFloat() && (math.IsNaN(v.Float()) || math.IsInf(v.Float(), 0)) {
		return errDecimal
	}
	return nil
}

// plainInteger writes a number in ASCII and without a plus, as Go reads it. It is "" for one that has two signs.
func plainInteger(text string) string {
	text = plainDigits(text)
	if rest, ok := strings.CutPrefix(text, "+"); ok {
		if strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "+") {
			return ""
		}
		return rest
	}
	return text
}

// choiceInput is what was sent for a choice. One of numbers may be written as in an IntegerField.
func choiceInput(t reflect.Type, text string) string {
	if t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64 && !scan.IsText(t) {
		return plainInteger(text)
	}
	return text
}

func (p *plan) parseTime(text string) (time.Time, bool) {
	if p.kind == kindWeek {
		return parseWeek(text)
	}
	for _, r := range p.read {
		if t, ok := r.Time(text); ok && (t.Year() > 0 || p.kind == kindTime) {
			return t, true
		}
	}
	return time.Time{}, false
}

func (f *BoundField) setTime(t time.Time) {
	if to, ok := f.value.Addr().Interface().(*time.Time); ok {
		*to = t
		return
	}
	f.value.Set(reflect.ValueOf(&t))
}

// parseWeek reads a week of HTML, "2026-W05", as the day it begins with: ISO 8601.
func parseWeek(text string) (time.Time, bool) {
	if len(text) != 8 || text[4:6] != "-W" || strings.Trim(text[:4]+text[6:], digits) != "" {
		return time.Time{}, false
	}
	year, _ := strconv.Atoi(text[:4])
	week, _ := strconv.Atoi(text[6:])
	t := time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC) // always in the first week
	t = t.AddDate(0, 0, -int(t.Weekday()+6)%7+7*(week-1))
	y, w := t.ISOWeek()
	return t, y == year && w == week
}

func (f *BoundField) setBool(on bool) {
	v := f.value
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	v.SetBool(on)
	f.null = false
}

func (f *BoundField) takeFiles(src *source) {
	if src.c == nil {
		return
	}
	f.files, _ = src.c.FormFiles(f.key)
	f.sent = len(f.files) > 0
	f.offered = f.sent
	switch {
	case f.kind == kindFiles:
		f.value.Set(reflect.ValueOf(f.files))
	case f.sent:
		f.value.Set(reflect.ValueOf(f.files[0]))
	default:
		return
	}
	f.null = false
}

// refuse notes that a value could not be read.
func (f *BoundField) refuse(text string) {
	f.failed = append(f.failed, f.form.newError(f, "type", f.form.gettext(text)))
}

// setObject takes a value of the program.
func (f *BoundField) setObject(v reflect.Value) {
	plain := plainValue(v)
	switch {
	case f.kind == kindBool && (plain.IsValid() || f.value.Kind() != reflect.Pointer):
		f.setBool(plain.IsValid() && !plain.IsZero())
	case !plain.IsValid():
		f.object = plain
	case f.assign(f.value, v):
		f.null = false
	case f.kind == kindInt:
		f.refuse(f.invalid)
	}
}

// assign sets a value by one of another type.
func (f *BoundField) assign(to, v reflect.Value) bool {
	switch {
	case v.Type().AssignableTo(to.Type()):
		to.Set(v)
		return true
	case v.Kind() == reflect.Pointer, v.Kind() == reflect.Interface:
		return !v.IsNil() && f.assign(to, v.Elem())
	case to.Kind() == reflect.Pointer:
		p := reflect.New(to.Type().Elem())
		if !f.assign(p.Elem(), v) {
			return false
		}
		to.Set(p)
		return true
	case to.CanInt() && v.CanInt() && !to.OverflowInt(v.Int()), to.CanUint() && v.CanUint() && !to.OverflowUint(v.Uint()),
		to.CanFloat() && (v.CanInt() || v.CanFloat()):
		to.Set(v.Convert(to.Type()))
		return true
	case to.CanInt() && v.CanFloat() && math.Abs(v.Float()) < 1<<53:
		to.SetInt(int64(v.Float()))
		return true
	case to.Kind() == reflect.Slice && v.Kind() == reflect.Slice && f.kind == kindChoices:
		list := reflect.MakeSlice(to.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			if !f.assign(list.Index(i), v.Index(i)) {
				return false
			}
		}
		to.Set(list)
		return true
	case to.Type() == timeType && len(f.read) > 0 && v.Kind() == reflect.String:
		t, ok := f.parseTime(v.String())
		if ok {
			to.Set(reflect.ValueOf(t))
		}
		return ok
	}
	if f.isFile() {
		return false
	}
	return scan.Text(to, textOf(v)) == nil
}

// check runs the checks of the field.
func (f *BoundField) check() {
	f.errs = append(f.errs, f.failed...)
	if f.sub != nil {
		f.sub.options.Partial = f.form.options.Partial && (f.path == "" || f.object.IsValid()) // a new entry is whole
		f.sub.check()
		return
	}
	for _, e := range f.entries {
		e.check()
	}
	if f.Disabled || f.ReadOnly || f.form.options.Partial && !f.offered {
		return
	}
	f.preCheck()
	for _, list := range [2][]Check{f.plan.Checks, f.Checks} {
		for _, c := range list {
			if f.fails(c.Check(f.form, f)) {
				return
			}
		}
	}
	if validate := f.form.schema.methods[f.plan.Name]; validate != nil && f.path == "" {
		f.fails(validate(f.form))
	}
}

// fails notes the error of a check and reports whether the later ones are left out.
func (f *BoundField) fails(err error) (stop bool) {
	if err == nil {
		return false
	}
	if e, ok := err.(*checkError); ok {
		if e.clear {
			f.errs = nil
		}
		if e.text != "" {
			f.AddError(e.code, e.text)
		}
		return e.stop
	}
	f.AddError(codeOf(err), err.Error())
	return false
}

// preCheck checks that a choice is one of those that are offered.
func (f *BoundField) preCheck() {
	if !f.isChoice() {
		return
	}
	if f.Choices == nil {
		panic(fmt.Sprintf("forms: field %s has no Choices: declare them, or set them before Valid", f.name))
	}
	if f.enum && f.null && f.sent {
		f.takeEnum()
	}
	switch {
	case f.AnyChoice:
	case f.enum && f.null && f.sent:
		f.AddError("choice", f.form.gettext("Not a valid choice."))
	case f.kind == kindChoice:
		text := f.valueText()
		for i := range f.Choices {
			if !f.null && f.choiceText(i) == text {
				return
			}
		}
		f.AddError("choice", f.form.gettext("Not a valid choice."))
	case !f.null:
		known := map[string]bool{}
		for i := range f.Choices {
			known[f.choiceText(i)] = true
		}
		var unknown []string
		for i := range f.value.Len() {
			if text := textOf(f.value.Index(i)); !known[text] {
				known[text] = true
				unknown = append(unknown, clip(text))
			}
		}
		if len(unknown) > 0 {
			text := f.form.ngettext("'%(value)s' is not a valid choice for this field.", "'%(value)s' are not valid choices for this field.", len(unknown))
			f.AddError("choice", expand(text, "value", strings.Join(unknown[:min(len(unknown), 10)], "', '")))
		}
	}
}

// clip bounds a text that a message repeats.
func clip(text string) string {
	if len(text) > 100 {
		return strings.ToValidUTF8(text[:100], "") + "…"
	}
	return text
}

// choiceText is a choice's value as a text that is the same for all spellings of it.
func (f *BoundField) choiceText(i int) string {
	text := pythonText(f.Choices[i].Value)
	if f.plain {
		return text
	}
	v := reflect.New(elemOf(f.goType, f.kind)).Elem()
	if scan.Text(v, text) != nil {
		return text
	}
	return textOf(v)
}

// valueText is the value as one text.
func (f *BoundField) valueText() string {
	if f.isNull() {
		return ""
	}
	if f.isText {
		return f.value.String()
	}
	return textOf(f.value)
}

// textOf writes a value as Python's str does, so that [scan.Text] reads it again.
func textOf(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return ""
		}
	case reflect.String:
		if !scan.IsText(v.Type()) {
			return v.String()
		}
	}
	x := v
	if v.Kind() == reflect.Struct && v.CanAddr() {
		x = v.Addr() // for methods of the pointer
	}
	switch m := x.Interface().(type) {
	case *dewar.Upload:
		return m.Filename
	case encoding.TextMarshaler:
		if text, err := m.MarshalText(); err == nil {
			return string(text)
		}
	case fmt.Stringer:
		return m.String()
	}
	switch {
	case v.Kind() == reflect.Pointer, v.Kind() == reflect.Interface:
		return textOf(v.Elem())
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		return string(v.Bytes())
	case v.Kind() == reflect.Slice:
		list := make([]string, v.Len())
		for i := range list {
			list[i] = textOf(v.Index(i))
		}
		return strings.Join(list, "\x00")
	}
	return pythonText(v.Interface())
}
