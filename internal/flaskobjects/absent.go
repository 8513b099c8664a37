package flaskobjects

import "strings"

// absentAttrs are the public attributes of Flask's objects that templates do not have
// here, with what to write instead.
var absentAttrs = absentOf(map[string]string{
	"request.data request.get_data request.stream request.input_stream": "the view reads the body; give the template what it shows",
	"request.environ request.shallow":                                   "write request.headers, request.remote_addr and the like",
	"request.application request.close request.from_values request.make_form_data_parser request.on_json_loading_failed request.want_form_data_parsed": "it is for Werkzeug's own use",
	"request.charset request.url_charset request.encoding_errors":                                                                                      "texts are UTF-8",
	`request.dict_storage_class request.form_data_parser_class request.json_module request.list_storage_class request.parameter_storage_class
		request.user_agent_class`: "it is a class of Python's",
	"request.max_form_memory_size request.max_form_parts":                "write config.MAX_FORM_MEMORY_SIZE or config.MAX_FORM_PARTS",
	"request.trusted_hosts":                                              "the app's settings have them",
	"request.is_multiprocess request.is_multithread request.is_run_once": "it is about WSGI servers",
	"request.remote_user":                                                "no server in front signs users in; write request.authorization.username",
	"request.routing_exception":                                          "an error handler gets the error; give it to the template",
	"request.cache_control":                                              "write request.headers['Cache-Control']",
	"request.pragma":                                                     "write request.headers['Pragma']",
	"request.range":                                                      "write request.headers['Range']",
	"request.if_range":                                                   "write request.headers['If-Range']",
	"request.access_control_request_headers":                             "write request.headers['Access-Control-Request-Headers']",
	`request.authorization.password request.authorization.response request.authorization.nonce request.authorization.cnonce request.authorization.nc
		request.authorization.opaque request.authorization.to_header`: "no page has to show what proves who somebody is",
	"session.on_update": "it is for Flask's own use",
	`config.from_envvar config.from_file config.from_mapping config.from_object config.from_prefixed_env config.from_pyfile config.get_namespace`: "settings are read before the start, with dewar.LoadConfig",
})

func absentOf(groups map[string]string) map[string]string {
	m := map[string]string{}
	for names, why := range groups {
		for name := range strings.FieldsSeq(names) {
			m[name] = why
		}
	}
	return m
}

// Absent says why a template's request, session or config does not have an
// attribute of Flask's, "" when it may.
func Absent(path []string) string {
	name := strings.Join(path, ".")
	if why := absentAttrs[name]; why != "" {
		return name + " is not there: " + why
	}
	if path[0] == "config" && len(path) == 2 && isSecretName(path[1]) {
		return name + " is not there: a secret is not for templates"
	}
	return ""
}
