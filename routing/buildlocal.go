package routing

// BuildLocal is [Map.Build] where it is simple, as it is for nearly every link
// of a page: the endpoint has one rule, without defaults, hosts and subdomains
// do not matter, and the map is mounted at the root. The result is a path, with
// what the rule does not know as its query. ok is false where it is not as
// simple or does not succeed: Build says what the URL is then, or what is wrong.
//
// Values must be in the order in which their query is to be, as those of
// [ValuesOf] are. It allocates the result, and nothing when the rule has no
// variables and there is no query.
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
