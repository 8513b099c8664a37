package forms

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// checkParams are the parameters of the checks by name, in WTForms' order. A star takes the rest.
var checkParams = map[string][]string{
	"required": {"message"}, "datarequired": {"message"}, "inputrequired": {"message"}, "optional": {"strip_whitespace"},
	"length": {"min", "max", "message"}, "numberrange": {"min", "max", "message"}, "email": {"message", "granular_message",
		"check_deliverability", "allow_smtputf8", "allow_empty_local"},
	"equalto": {"fieldname", "message"}, "regexp": {"regex", "flags", "message"}, "url": {"require_tld", "message"},
	"ipaddress": {"ipv4", "ipv6", "message"}, "macaddress": {"message"}, "uuid": {"message"},
	"anyof": {"*values", "message"}, "noneof": {"*values", "message"}, "daterange": {"min", "max", "message"},
	"readonly": {}, "disabled": {}, "filerequired": {"message"}, "fileallowed": {"*upload_set", "message"},
	"filesize": {"max_size", "min_size", "message"}, "filecount": {"min", "max", "message"},
	"image": {"max_width", "max_height", "message"},
}

// NewCheck makes a check by its name, WTForms' class name or its alias ("DataRequired", "data_required"), with the
// arguments that WTForms' class takes, by place or by name. "required" is [Required].
func NewCheck(name string, positional []any, named map[string]any) (Check, error) {
	key := strings.ToLower(strings.ReplaceAll(name, "_", ""))
	params, ok := checkParams[key]
	if !ok {
		return nil, fmt.Errorf("forms: there is no check %q%s", name, didYouMean(name, "required", "data_required", "input_required",
			"optional", "length", "number_range", "email", "equal_to", "regexp", "url", "ip_address", "mac_address", "uuid", "any_of",
			"none_of", "date_range", "readonly", "disabled", "file_required", "file_allowed", "file_size", "file_count", "image"))
	}
	a := arguments{name: name, values: map[string]any{}}
	for i, v := range positional {
		switch {
		case len(params) > 0 && params[0][0] == '*':
			list, _ := a.values[params[0][1:]].([]any)
			a.values[params[0][1:]] = append(list, v)
		case i < len(params):
			a.values[params[i]] = v
		default:
			return nil, fmt.Errorf("forms: check %s takes at most %d arguments", name, len(params))
		}
	}
	for k, v := range named {
		known := false
		for _, p := range params {
			known = known || strings.TrimPrefix(p, "*") == k
		}
		if !known {
			return nil, fmt.Errorf("forms: check %s has no argument %q; it has %s", name, k, strings.Join(params, ", "))
		}
		a.values[k] = v
	}
	c := a.check(key)
	if m, ok := c.(interface{ mistake() string }); ok && a.err == nil && m.mistake() != "" {
		a.err = fmt.Errorf("forms: check %s: %s", name, m.mistake())
	}
	return c, a.err
}

// arguments are those of one check. The first wrong one is err.
type arguments struct {
	name   string
	values map[string]any
	err    error
}

func (a *arguments) check(key string) Check {
	message := a.text("message")
	switch key {
	case "required":
		return Required{message}
	case "datarequired":
		return DataRequired{message}
	case "inputrequired":
		return InputRequired{message}
	case "optional":
		return Optional{!a.flag("strip_whitespace", true)}
	case "length":
		return Length{a.number("min"), a.number("max"), message}
	case "numberrange":
		return NumberRange{a.bound("min"), a.bound("max"), message}
	case "daterange":
		return a.dates(message)
	case "email":
		return Email{!a.flag("allow_smtputf8", true), a.flag("allow_empty_local", false), message}
	case "equalto":
		if a.text("fieldname") == "" {
			a.fail("fieldname", "the name of a field")
		}
		return EqualTo{a.text("fieldname"), message}
	case "regexp":
		pattern := a.text("regex")
		if a.number("flags")&2 != 0 { // re.IGNORECASE
			pattern = "(?i)" + pattern
		}
		re, err := regexp.Compile(pattern)
		if err != nil {
			a.err = fmt.Errorf("forms: check %s: %w", a.name, err)
		}
		return Regexp{re, message}
	case "url":
		return URL{!a.flag("require_tld", true), message}
	case "ipaddress":
		return IPAddress{a.flag("ipv4", true), a.flag("ipv6", false), message}
	case "macaddress":
		return MacAddress{message}
	case "uuid":
		return UUID{message}
	case "anyof":
		return AnyOf{a.list("values"), message}
	case "noneof":
		return NoneOf{a.list("values"), message}
	case "readonly":
		return ReadOnly{}
	case "disabled":
		return Disabled{}
	case "filerequired":
		return FileRequired{message}
	case "fileallowed":
		allowed := FileAllowed{Message: message}
		for _, v := range a.list("upload_set") {
			allowed.Endings = append(allowed.Endings, pythonText(v))
		}
		return allowed
	case "filesize":
		return FileSize{int64(a.number("min_size")), int64(a.number("max_size")), message}
	case "filecount":
		return FileCount{a.number("min"), a.number("max"), message}
	}
	return Image{a.number("max_width"), a.number("max_height"), message}
}

func (a *arguments) fail(name, want string) {
	if a.err == nil {
		a.err = fmt.Errorf("forms: check %s: %s must be %s, not %q", a.name, name, want, pythonText(a.values[name]))
	}
}

func (a *arguments) text(name string) string {
	if v := a.values[name]; v != nil {
		return pythonText(v)
	}
	return ""
}

// number reads a whole number. WTForms' -1 for no bound is 0.
func (a *arguments) number(name string) int {
	v := a.values[name]
	if v == nil {
		return 0
	}
	n, err := strconv.Atoi(pythonText(v))
	if err != nil || n < -1 {
		a.fail(name, "a whole number")
	}
	return max(n, 0)
}

// bound reads a bound of a number: a text of the tag as an int where it is one.
func (a *arguments) bound(name string) any {
	if text, ok := a.values[name].(string); ok {
		if n, err := strconv.Atoi(text); err == nil {
			return n
		}
	}
	return a.values[name]
}

func (a *arguments) flag(name string, byDefault bool) bool {
	switch strings.ToLower(a.text(name)) {
	case "":
		return byDefault
	case "true", "1":
		return true
	case "false", "0":
		return false
	}
	a.fail(name, "true or false")
	return false
}

func (a *arguments) list(name string) []any {
	list, ok := a.values[name].([]any)
	if !ok || len(list) == 0 {
		a.fail(name, "a list of values")
	}
	return list
}

// dates reads the bounds of a date as RFC 3339 and HTML's inputs have them.
func (a *arguments) dates(message string) Check {
	c := DateRange{Message: message}
	for name, to := range map[string]any{"min": &c.Min, "max": &c.Max} {
		if text := a.text(name); text != "" && scanInto(to, text) != nil {
			a.fail(name, "a date such as 2026-01-31")
		}
	}
	return c
}
