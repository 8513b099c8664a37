package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/big"
	"strconv"
	"strings"

	"github.com/dewar-go/dewar/routing"
)

func init() {
	kinds["match"] = routingMatch
	kinds["build"] = routingBuild
	kinds["allowed_methods"] = routingAllowedMethods
	kinds["map_error"] = routingMapError
}

// routingRequest has the fields that the four kinds share.
type routingRequest struct {
	Map   routingMap                   `json:"map"`
	Rules []map[string]json.RawMessage `json:"rules"`
	Bind  routingBind                  `json:"bind"`
	Call  routingCall                  `json:"call"`
}

type routingMap struct {
	DefaultSubdomain  string `json:"default_subdomain"`
	StrictSlashes     *bool  `json:"strict_slashes"`
	MergeSlashes      *bool  `json:"merge_slashes"`
	RedirectDefaults  *bool  `json:"redirect_defaults"`
	SortParameters    bool   `json:"sort_parameters"`
	HostMatching      bool   `json:"host_matching"`
	SubdomainMatching *bool  `json:"subdomain_matching"`
}

type routingBind struct {
	ServerName    string          `json:"server_name"`
	ScriptName    string          `json:"script_name"`
	Subdomain     *string         `json:"subdomain"`
	URLScheme     *string         `json:"url_scheme"`
	DefaultMethod string          `json:"default_method"`
	PathInfo      json.RawMessage `json:"path_info"`
	QueryArgs     json.RawMessage `json:"query_args"`
}

type routingCall struct {
	PathInfo      json.RawMessage `json:"path_info"`
	Method        string          `json:"method"`
	QueryArgs     json.RawMessage `json:"query_args"`
	WebSocket     *bool           `json:"websocket"`
	ReturnRule    bool            `json:"return_rule"`
	Endpoint      json.RawMessage `json:"endpoint"`
	Values        json.RawMessage `json:"values"`
	ForceExternal bool            `json:"force_external"`
	AppendUnknown *bool           `json:"append_unknown"`
	URLScheme     *string         `json:"url_scheme"`
}

// load decodes a request and makes its map.
func (q *routingRequest) load(request json.RawMessage) (*routing.Map, answer) {
	if err := json.Unmarshal(request, q); err != nil {
		return nil, answer{"exception": "BadRequest", "message": err.Error()}
	}
	m := routing.NewMap(routing.Options{
		DefaultSubdomain:  q.Map.DefaultSubdomain,
		StrictSlashes:     q.Map.StrictSlashes,
		MergeSlashes:      q.Map.MergeSlashes,
		RedirectDefaults:  q.Map.RedirectDefaults,
		SortParameters:    q.Map.SortParameters,
		HostMatching:      q.Map.HostMatching,
		SubdomainMatching: q.Map.SubdomainMatching,
	})
	for _, fields := range q.Rules {
		rule, err := routingRule(fields)
		if err != nil {
			return nil, answer{"exception": "TypeError", "message": err.Error()}
		}
		if _, err := m.Add(rule); err != nil {
			return nil, routingError(err)
		}
	}
	if q.Map.HostMatching && q.Bind.Subdomain != nil {
		return nil, answer{"exception": "RuntimeError", "message": "Passing 'subdomain' is invalid when host matching is enabled."}
	}
	return m, nil
}

// endpointOf returns the string that stands for an endpoint, which may be any JSON value.
func endpointOf(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var compact bytes.Buffer
	if json.Compact(&compact, raw) != nil {
		return ""
	}
	return compact.String()
}

func routingRule(fields map[string]json.RawMessage) (routing.Rule, error) {
	rule := routing.Rule{Data: fields["endpoint"], Endpoint: endpointOf(fields["endpoint"])}
	var subdomain, redirect *string
	var err error
	for name, target := range map[string]any{
		"string": &rule.Rule, "rule": &rule.Rule, "subdomain": &subdomain, "host": &rule.Host,
		"strict_slashes": &rule.StrictSlashes, "merge_slashes": &rule.MergeSlashes,
		"build_only": &rule.BuildOnly, "alias": &rule.Alias, "websocket": &rule.WebSocket,
		"redirect_to": &redirect,
	} {
		if raw, ok := fields[name]; ok {
			err = errors.Join(err, json.Unmarshal(raw, target))
		}
	}
	if subdomain != nil {
		rule.Subdomain, rule.Apex = *subdomain, true
	}
	if redirect != nil {
		rule.RedirectTo = *redirect
	}
	if raw, ok := fields["methods"]; ok {
		switch methods := decodeValue(raw).(type) {
		case nil:
		case string:
			return rule, errors.New("'methods' should be a list of strings.")
		case []any:
			rule.Methods = []string{}
			for _, method := range methods {
				rule.Methods = append(rule.Methods, fmt.Sprint(method))
			}
		}
	}
	if defaults := decodeValues(fields["defaults"]); len(defaults) > 0 {
		rule.Defaults = defaults.Map()
	}
	return rule, err
}

// bind returns the Bind for the arguments of Map.bind.
func (q *routingRequest) bind() routing.Bind {
	b := routing.Bind{
		ServerName: q.Bind.ServerName,
		ScriptName: q.Bind.ScriptName,
		URLScheme:  "http",
		Method:     strings.ToUpper(q.Bind.DefaultMethod),
	}
	if q.Bind.URLScheme != nil {
		b.URLScheme = *q.Bind.URLScheme
	}
	if q.Bind.Subdomain != nil {
		b.Subdomain, b.Apex = *q.Bind.Subdomain, true
	}
	return b
}

func (q *routingRequest) request() routing.Request {
	r := routing.Request{Bind: q.bind(), Path: "/", Method: q.Call.Method}
	for _, raw := range []json.RawMessage{q.Bind.PathInfo, q.Call.PathInfo} {
		switch path := decodeValue(raw).(type) {
		case string:
			r.Path = path
		case []byte:
			r.Path = string(path)
		}
	}
	raw := q.Call.QueryArgs
	if v := decodeValue(raw); v == nil {
		raw = q.Bind.QueryArgs
	}
	if text, ok := decodeValue(raw).(string); ok {
		r.Query = text
	} else {
		r.Query = decodeValues(raw).Encode()
	}
	if q.Call.WebSocket != nil {
		// The argument wins over the scheme.
		r.WebSocket = *q.Call.WebSocket
		r.PlainHTTP = !r.WebSocket
	}
	return r
}

func routingMatch(request json.RawMessage) answer {
	var q routingRequest
	m, failure := q.load(request)
	if failure != nil {
		return failure
	}
	var match routing.Match
	if err := m.Match(&match, q.request()); err != nil {
		return routingError(err)
	}
	values := map[string]any{}
	for _, v := range match.Values() {
		values[v.Name] = encodeValue(v.Value)
	}
	if q.Call.ReturnRule {
		return answer{"result": answer{"rule": match.Rule.Rule, "values": values}}
	}
	return answer{"result": answer{"endpoint": match.Rule.Data, "values": values}}
}

func routingBuild(request json.RawMessage) answer {
	var q routingRequest
	m, failure := q.load(request)
	if failure != nil {
		return failure
	}
	options := routing.BuildOptions{
		Bind:          q.bind(),
		Method:        q.Call.Method,
		ForceExternal: q.Call.ForceExternal,
		AppendUnknown: q.Call.AppendUnknown,
	}
	if q.Call.URLScheme != nil {
		options.URLScheme = *q.Call.URLScheme
		options.ProtocolRelative = *q.Call.URLScheme == ""
	}
	u, err := m.Build(endpointOf(q.Call.Endpoint), decodeValues(q.Call.Values), options)
	if err != nil {
		return routingError(err)
	}
	return answer{"result": u}
}

func routingAllowedMethods(request json.RawMessage) answer {
	var q routingRequest
	m, failure := q.load(request)
	if failure != nil {
		return failure
	}
	methods := m.AllowedMethods(q.request())
	if methods == nil {
		methods = []string{}
	}
	return answer{"result": methods}
}

func routingMapError(request json.RawMessage) answer {
	var q routingRequest
	if _, failure := q.load(request); failure != nil {
		return failure
	}
	return answer{"result": nil}
}

// routingError gives an error Werkzeug's name.
func routingError(err error) answer {
	var (
		redirect  *routing.RequestRedirect
		methods   *routing.MethodNotAllowed
		build     *routing.BuildError
		value     *routing.ValueError
		rule      *routing.RuleError
		duplicate *routing.DuplicateRuleError
	)
	switch {
	case errors.As(err, &redirect):
		return answer{"exception": "RequestRedirect", "new_url": redirect.NewURL, "code": redirect.Code}
	case errors.As(err, &methods):
		return answer{"exception": "MethodNotAllowed", "valid_methods": methods.ValidMethods}
	case errors.Is(err, routing.ErrNotFound):
		return answer{"exception": "NotFound"}
	case errors.Is(err, routing.ErrWebsocketMismatch):
		return answer{"exception": "WebsocketMismatch"}
	case errors.Is(err, routing.ErrBadHost):
		return answer{"exception": "BadHost"}
	case errors.As(err, &build):
		return answer{"exception": "BuildError", "message": build.Message()}
	case errors.As(err, &value):
		return answer{"exception": "ValueError", "message": value.Message}
	case errors.As(err, &rule):
		return answer{"exception": string(rule.Kind), "message": rule.Message}
	case errors.As(err, &duplicate):
		return answer{"exception": "DuplicateRuleError", "message": duplicate.Message()}
	}
	return answer{"exception": "Exception", "message": err.Error()}
}

// decodeValues reads an object or a list of pairs, in order.
func decodeValues(raw json.RawMessage) routing.Values {
	var values routing.Values
	switch v := decodeValue(raw).(type) {
	case routing.Values:
		return v
	case []any:
		for _, item := range v {
			if pair, ok := item.([]any); ok && len(pair) == 2 {
				values = append(values, routing.Value{Name: fmt.Sprint(pair[0]), Value: pair[1]})
			}
		}
	}
	return values
}

// decodeValue reads one value. Objects become ordered Values, unless their only key is a $ key of the driver.
func decodeValue(raw json.RawMessage) any {
	if len(raw) == 0 {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	v, err := decodeToken(dec)
	if err != nil && err != io.EOF {
		return nil
	}
	return v
}

func decodeToken(dec *json.Decoder) (any, error) {
	t, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Number:
		if n, err := strconv.Atoi(t.String()); err == nil {
			return n, nil
		}
		if n, ok := new(big.Int).SetString(t.String(), 10); ok {
			return n, nil
		}
		return t.Float64()
	case json.Delim:
		if t == '[' {
			list := []any{}
			for dec.More() {
				v, err := decodeToken(dec)
				if err != nil {
					return nil, err
				}
				list = append(list, v)
			}
			_, err := dec.Token()
			return list, err
		}
		object := routing.Values{}
		for dec.More() {
			name, err := dec.Token()
			if err != nil {
				return nil, err
			}
			v, err := decodeToken(dec)
			if err != nil {
				return nil, err
			}
			object = append(object, routing.Value{Name: fmt.Sprint(name), Value: v})
		}
		if _, err := dec.Token(); err != nil {
			return nil, err
		}
		return decodeSpecial(object), nil
	}
	return t, nil
}

// decodeSpecial turns {"$tuple":…} and the like into values.
func decodeSpecial(object routing.Values) any {
	if len(object) != 1 {
		return object
	}
	list, _ := object[0].Value.([]any)
	text, _ := object[0].Value.(string)
	switch object[0].Name {
	case "$tuple", "$set":
		return list
	case "$uuid":
		if u, err := routing.ParseUUID(text); err == nil {
			return u
		}
		return text
	case "$bytes":
		b := make([]byte, 0, len(text))
		for _, r := range text {
			b = append(b, byte(r))
		}
		return b
	case "$markup", "$datetime", "$complex":
		return text
	case "$dict":
		return pairsOf(list)
	case "$multidict":
		// A MultiDict has a list for a key with several values.
		grouped := routing.Values{}
		for _, v := range pairsOf(list) {
			old, ok := grouped.Get(v.Name)
			if !ok {
				grouped = append(grouped, v)
				continue
			}
			items, several := old.([]any)
			if !several {
				items = []any{old}
			}
			for i := range grouped {
				if grouped[i].Name == v.Name {
					grouped[i].Value = append(items, v.Value)
				}
			}
		}
		return grouped
	}
	return object
}

func pairsOf(list []any) routing.Values {
	values := routing.Values{}
	for _, item := range list {
		if pair, ok := item.([]any); ok && len(pair) == 2 {
			values = append(values, routing.Value{Name: fmt.Sprint(pair[0]), Value: pair[1]})
		}
	}
	return values
}

// encodeValue is the inverse of decodeValue, for the values of a match.
func encodeValue(v any) any {
	switch v := v.(type) {
	case routing.UUID:
		return map[string]any{"$uuid": v.String()}
	case float64:
		text := strconv.FormatFloat(v, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return json.Number(text)
	case routing.Values:
		out := map[string]any{}
		for k, item := range maps.All(v.Map()) {
			out[k] = encodeValue(item)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = encodeValue(v[i])
		}
		return out
	}
	return v
}
