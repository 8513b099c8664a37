package forms

import (
	"reflect"
	"time"

	"github.com/dewar-go/dewar"
)

// A kind says how a field is read and shown.
type kind uint8

const (
	kindText kind = iota
	kindBool
	kindInt
	kindDecimal
	kindFloat
	kindDateTime
	kindDate
	kindTime
	kindWeek
	kindChoice
	kindChoices
	kindFile
	kindFiles
	kindForm
	kindList
)

// A fieldType is what WTForms' class of a field adds to it.
type fieldType struct {
	kind    kind
	widget  Widget
	formats []string
	invalid string // the text for what cannot be read
}

const (
	notInteger  = "Not a valid integer value."
	notDecimal  = "Not a valid decimal value."
	notFloat    = "Not a valid float value."
	notDateTime = "Not a valid datetime value."
	notDate     = "Not a valid date value."
	notTime     = "Not a valid time value."
	notWeek     = "Not a valid week value."
	notCoerced  = "Invalid Choice: could not coerce."
	notAllOf    = "Invalid choice(s): one or more data inputs could not be coerced."
	notValue    = "Invalid input."
)

var fieldTypes = map[string]fieldType{
	"StringField":         {widget: TextInput},
	"TextAreaField":       {widget: TextArea{}},
	"PasswordField":       {widget: PasswordInput},
	"EmailField":          {widget: EmailInput},
	"URLField":            {widget: URLInput},
	"TelField":            {widget: TelInput},
	"SearchField":         {widget: SearchInput},
	"HiddenField":         {widget: HiddenInput},
	"ColorField":          {widget: ColorInput}, // WTForms 3.1
	"IntegerField":        {kind: kindInt, widget: NumberInput, invalid: notInteger},
	"IntegerRangeField":   {kind: kindInt, widget: RangeInput, invalid: notInteger},
	"DecimalField":        {kind: kindDecimal, widget: anyNumber, invalid: notDecimal},
	"DecimalRangeField":   {kind: kindDecimal, widget: anyRange, invalid: notDecimal},
	"FloatField":          {kind: kindFloat, widget: TextInput, invalid: notFloat},
	"DateTimeField":       {kind: kindDateTime, widget: DateTimeInput, formats: []string{"%Y-%m-%d %H:%M:%S"}, invalid: notDateTime},
	"DateTimeLocalField":  {kind: kindDateTime, widget: DateTimeLocalInput, formats: []string{"%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"}, invalid: notDateTime}, // the last two are WTForms 3.1
	"DateField":           {kind: kindDate, widget: DateInput, formats: []string{"%Y-%m-%d"}, invalid: notDate},
	"MonthField":          {kind: kindDate, widget: MonthInput, formats: []string{"%Y-%m"}, invalid: notDate},
	"TimeField":           {kind: kindTime, widget: TimeInput, formats: []string{"%H:%M"}, invalid: notTime},
	"WeekField":           {kind: kindWeek, widget: WeekInput, invalid: notWeek}, // WTForms 3.1
	"BooleanField":        {kind: kindBool, widget: CheckboxInput},
	"SubmitField":         {kind: kindBool, widget: SubmitInput},
	"SelectField":         {kind: kindChoice, widget: Select{}, invalid: notCoerced},
	"RadioField":          {kind: kindChoice, widget: ListWidget{}, invalid: notCoerced},
	"SelectMultipleField": {kind: kindChoices, widget: Select{Multiple: true}, invalid: notAllOf},
	"FileField":           {kind: kindFile, widget: FileInput{}},
	"MultipleFileField":   {kind: kindFiles, widget: FileInput{Multiple: true}},
	"FormField":           {kind: kindForm, widget: TableWidget{}},
	"FieldList":           {kind: kindList, widget: ListWidget{PrefixLabel: true}},
}

// shortTypes are the names that the tag type also takes: those of HTML's inputs.
var shortTypes = map[string]string{
	"text": "StringField", "textarea": "TextAreaField", "password": "PasswordField", "email": "EmailField",
	"url": "URLField", "tel": "TelField", "search": "SearchField", "hidden": "HiddenField", "color": "ColorField",
	"integer": "IntegerField", "decimal": "DecimalField", "float": "FloatField", "range": "IntegerRangeField",
	"datetime": "DateTimeField", "datetime-local": "DateTimeLocalField", "date": "DateField", "month": "MonthField",
	"time": "TimeField", "week": "WeekField", "checkbox": "BooleanField", "submit": "SubmitField", "select": "SelectField",
	"radio": "RadioField", "multiselect": "SelectMultipleField", "file": "FileField", "files": "MultipleFileField",
}

var (
	uploadType  = reflect.TypeFor[*dewar.Upload]()
	uploadsType = reflect.TypeFor[[]*dewar.Upload]()
	timeType    = reflect.TypeFor[time.Time]()
	decimalType = reflect.TypeFor[Decimal]()
	stringType  = reflect.TypeFor[string]()
)

// goTypes are the types of values that a declaration does not give one.
var goTypes = [...]reflect.Type{
	kindText: stringType, kindBool: reflect.TypeFor[bool](), kindInt: reflect.TypeFor[int64](), kindDecimal: decimalType,
	kindFloat: reflect.TypeFor[float64](), kindDateTime: timeType, kindDate: timeType, kindTime: timeType, kindWeek: timeType,
	kindChoice: stringType, kindChoices: reflect.TypeFor[[]string](), kindFile: uploadType, kindFiles: uploadsType,
}
