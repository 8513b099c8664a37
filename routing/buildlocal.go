package routing

// BuildLocal is [Map.Build] for the simple case, which most links of a page are: the endpoint has one rule and it has
// no defaults, hosts and subdomains do not matter, and the map is mounted at the root. The result is a path. Values
// without a variable become its query. In any other case, and for any error, ok is false; call Build then.
//
// Values must be in the order that the query should have; [ValuesOf] sorts them. BuildLocal allocates only its result,
// and nothing when the rule has no variables and there is no query.
func (m *Map) BuildLocal(endpoint string, values Values) (path string, ok bool) {
	m.ready()
	rules := m.endpoints[endpoint]
	if len(rules) != 1 || m.options.HostMatching || m.options.subdomains || len(values) > 16 {
		return "", false
	}
	r := rules[0]
	if len(r.Defaults) > 0 || r.WebSocket {
		return "", false
	}
	for i := range r.variables {
		if v, given := values.Get(r.variables[i].Name); !given || v == nil {
			return "", false
		}
	}
	known := 0
	for i := range values {
		if values[i].Value == nil {
			return "", false
		}
		if r.arguments[values[i].Name] {
			known++
		}
	}
	var query []byte
	if known < len(values) {
		query = r.query(values)
	}
	path, err := r.write(query, r.path, &lookup{values: values})
	if err != nil || len(path) == 0 || path[0] != '/' || len(path) > 1 && path[1] == '/' {
		return "", false
	}
	return path, true
}
