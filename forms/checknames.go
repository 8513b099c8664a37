package forms

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dewar-go/dewar/internal/scan"
)

// checkTypes are the checks by their names: the check without arguments, and WTForms' parameters in their order, each
// with the field that it sets. A ! sets it to the opposite, a * takes the rest of the arguments and needs one at least.
var checkTypes = map[string]struct {
	zero   Check
	params string
}{
	"required":       {Required{}, "message=Message"},
	"data_required":  {DataRequired{}, "message=Message"},
	"input_required": {InputRequired{}, "message=Message"},
	"optional":       {Optional{}, "strip_whitespace=!KeepSpace"},
	"length":         {Length{}, "min=Min max=Max message=Message"},
	"number_range":   {NumberRange{}, "min=Min max=Max message=Message"},
	"date_range":     {DateRange{}, "min=Min max=Max message=Message"},
	"email":          {Email{}, "message=Message granular_message= check_deliverability= allow_smtputf8=!ASCIIOnly allow_empty_local=EmptyLocal"},
	"equal_to":       {EqualTo{}, "fieldname=Field message=Message"},
	"regexp":         {Regexp{}, "regex=Regexp flags= message=Message"},
	"url":            {URL{}, "require_tld=!NoTLD message=Message"},
	"ip_address":     {IPAddress{IPv4: true}, "ipv4=IPv4 ipv6=IPv6 message=Message"},
	"mac_address":    {MacAddress{}, "message=Message"},
	"uuid":           {UUID{}, "message=Message"},
	"any_of":         {AnyOf{}, "*values=Values message=Message"},
	"none_of":        {NoneOf{}, "*values=Values message=Message"},
	"readonly":       {ReadOnly{}, ""},
	"disabled":       {Disabled{}, ""},
	"file_required":  {FileRequired{}, "message=Message"},
	"file_allowed":   {FileAllowed{}, "*upload_set=Endings message=Message"},
	"file_size":      {FileSize{}, "max_size=Max min_size=Min message=Message"},
	"file_count":     {FileCount{}, "min=Min max=Max message=Message"},
	"image":          {Image{}, "max_width=MaxWidth max_height=MaxHeight message=Message"},
}

// NewCheck makes a check by its name, WTForms' class name or its alias ("DataRequired", "data_required"), with the
// arguments that WTForms' class takes, by place or by name. "required" is [Required].
func NewCheck(name string, positional []any, named map[string]any) (Check, error) {
	names := sortedKeys(checkTypes)
	at := slices.IndexFunc(names, func(k string) bool { return plainName(k) == plainName(name) })
	if at < 0 {
		return nil, fmt.Errorf("forms: there is no check %q%s", name, didYouMean(name, names...))
	}
	declared := checkTypes[names[at]]
	params := strings.Fields(declared.params)
	known, fields := make([]string, len(params)), make([]string, len(params))
	for i, p := range params {
		known[i], fields[i], _ = strings.Cut(strings.TrimPrefix(p, "*"), "=")
	}
	values := map[string]any{}
	for i, v := range positional {
		switch {
		case strings.HasPrefix(declared.params, "*"):
			values[known[0]] = positional
		case i < len(params):
			values[known[i]] = v
		default:
			return nil, fmt.Errorf("forms: check %s takes at most %d arguments", name, len(params))
		}
	}
	for k, v := range named {
		if !slices.Contains(known, k) {
			return nil, fmt.Errorf("forms: check %s has no argument %q; it has %s", name, k, strings.Join(known, ", "))
		}
		values[k] = v
	}
	if flags := values["flags"]; flags != nil {
		n, err := strconv.Atoi(pythonText(flags))
		if err != nil {
			return nil, fmt.Errorf("forms: check %s: flags must be a whole number, not %q", name, pythonText(flags))
		}
		if n&2 != 0 { // re.IGNORECASE
			values["regex"] = "(?i)" + pythonText(values["regex"])
		}
	}
	check := reflect.New(reflect.TypeOf(declared.zero)).Elem()
	check.Set(reflect.ValueOf(declared.zero))
	for i, key := range known {
		v, field := values[key], fields[i]
		if field == "" && key != "flags" && v != nil && !strings.EqualFold(pythonText(v), "false") {
			return nil, fmt.Errorf("forms: check %s: %s is not to be had: no DNS is asked, and the text is always that of message", name, key)
		}
		if field == "" || v == nil && params[i][0] != '*' {
			continue
		}
		field, not := strings.CutPrefix(field, "!")
		if err := setArgument(check.FieldByName(field), key, v, not); err != nil {
			return nil, fmt.Errorf("forms: check %s: %w", name, err)
		}
	}
	c, _ := check.Interface().(Check)
	if mistake := mistakeOf(c); mistake != "" {
		return nil, fmt.Errorf("forms: check %s: %s", name, mistake)
	}
	return c, nil
}

// setArgument sets a field of a check.
func setArgument(to reflect.Value, name string, v any, not bool) error {
	text := pythonText(v)
	wrong := func(want string) error { return fmt.Errorf("%s must be %s, not %q", name, want, text) }
	switch p := to.Addr().Interface().(type) {
	case *string:
		*p = text
	case *bool:
		on, err := strconv.ParseBool(strings.ToLower(text))
		if err != nil {
			return wrong("true or false")
		}
		*p = on != not
	case *int, *int64:
		n, err := strconv.Atoi(text)
		if err != nil || n < -1 {
			return wrong("a whole number")
		}
		to.SetInt(int64(max(n, 0))) // WTForms' -1 is no bound
	case *any:
		*p = v
		if _, ok := v.(string); ok {
			if n, err := strconv.Atoi(text); err == nil {
				*p = n
			}
		}
	case *time.Time:
		if text != "" && scan.Text(to, text) != nil {
			return wrong("a date such as 2026-01-31")
		}
	case **regexp.Regexp:
		re, err := regexp.Compile(text)
		if err != nil {
			return err
		}
		*p = re
	default:
		list, ok := v.([]any)
		if !ok || len(list) == 0 {
			return wrong("a list of values")
		}
		for _, x := range list {
			item := reflect.ValueOf(&x).Elem()
			if to.Type().Elem().Kind() == reflect.String {
				item = reflect.ValueOf(pythonText(x))
			}
			to.Set(reflect.Append(to, item))
		}
	}
	return nil
}
