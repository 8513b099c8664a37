package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/dewar-go/dewar/jinja"
)

// variables returns the data and the variables of -D.
func (r *rendering) variables(stdin io.Reader) (*jinja.Dict, error) {
	vars := jinja.NewDict()
	if r.data != "" {
		in := stdin
		if r.data != "-" {
			file, err := os.Open(r.data)
			if err != nil {
				return nil, fmt.Errorf("dewar: %w", err)
			}
			defer file.Close()
			in = file
		}
		raw, err := io.ReadAll(in)
		if err != nil {
			return nil, fmt.Errorf("dewar: %w", err)
		}
		if vars, err = decode(r.format, r.data, raw); err != nil {
			return nil, fmt.Errorf("dewar: %s: %w", r.data, err)
		}
	}
	if r.section != "" {
		v, ok := vars.GetString(r.section)
		part, isDict := v.Dict()
		if !ok || !isDict {
			return nil, fmt.Errorf("dewar: %s has no section %q", r.data, r.section)
		}
		vars = part
	}
	for _, d := range r.defined {
		name, value, ok := strings.Cut(d, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("dewar: -D %q is not KEY=VALUE", d)
		}
		vars.SetString(name, jinja.String(value))
	}
	return vars, nil
}

// decode parses data in a format. The format "auto" goes by the name of the file.
func decode(format, name string, raw []byte) (*jinja.Dict, error) {
	if format == "auto" {
		format = "json"
		switch ext := strings.TrimPrefix(filepath.Ext(name), "."); {
		case ext == "ini" || ext == "env" || ext == "yaml" || ext == "yml" || ext == "toml":
			format = ext
		case filepath.Base(name) == ".env":
			format = "env"
		}
	}
	switch format {
	case "json":
		d := jinja.NewDict()
		if err := json.Unmarshal(raw, d); err != nil {
			return nil, fmt.Errorf("this is no JSON object: %w", err)
		}
		return d, nil
	case "ini":
		return decodeINI(raw)
	case "env":
		return decodeEnv(raw)
	case "querystring":
		return decodeQuery(raw)
	case "yaml", "yml", "toml":
		return nil, fmt.Errorf("%s is not read: convert it to JSON, as yq -o json does, and pass it with --data -", format)
	}
	return nil, fmt.Errorf("there is no format %q: json, ini, env and querystring are", format)
}

// decodeINI parses sections as Python's configparser does. Keys are in lower case. Those of the section DEFAULT are in
// every section. An indented line continues a value.
func decodeINI(raw []byte) (*jinja.Dict, error) {
	type section struct {
		name string
		keys []string
		vals map[string]string
	}
	var sections []*section
	defaults := &section{name: "DEFAULT", vals: map[string]string{}}
	current, last := (*section)(nil), ""
	lines := bufio.NewScanner(bytes.NewReader(raw))
	lines.Buffer(nil, len(raw)+1)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimRight(lines.Text(), " \t\r")
		trimmed := strings.TrimLeft(line, " \t")
		switch {
		case trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';':
			continue
		case trimmed != line && last != "" && current != nil:
			current.vals[last] += "\n" + trimmed
			continue
		case trimmed[0] == '[' && trimmed[len(trimmed)-1] == ']':
			last = ""
			if name := trimmed[1 : len(trimmed)-1]; name == defaults.name {
				current = defaults
			} else {
				current = &section{name: name, vals: map[string]string{}}
				sections = append(sections, current)
			}
			continue
		}
		i := strings.IndexAny(trimmed, "=:")
		if i <= 0 || current == nil {
			return nil, fmt.Errorf("line %d is neither a [section] nor a key = value in one", n)
		}
		last = strings.ToLower(strings.TrimSpace(trimmed[:i]))
		if _, ok := current.vals[last]; !ok {
			current.keys = append(current.keys, last)
		}
		current.vals[last] = strings.TrimSpace(trimmed[i+1:])
	}
	out := jinja.NewDict()
	for _, s := range sections {
		d := jinja.NewDict()
		for _, from := range []*section{defaults, s} {
			for _, k := range from.keys {
				d.SetString(k, jinja.String(from.vals[k]))
			}
		}
		out.SetString(s.name, d.Value())
	}
	return out, lines.Err()
}

// decodeEnv parses lines NAME=VALUE, as env prints them. Quotes around a value are removed.
func decodeEnv(raw []byte) (*jinja.Dict, error) {
	d := jinja.NewDict()
	for n, line := range strings.Split(string(raw), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		if !ok {
			return nil, fmt.Errorf("line %d is not NAME=VALUE", n+1)
		}
		value = strings.TrimSpace(value)
		if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
			value = value[1 : n-1]
		}
		d.SetString(strings.TrimSpace(name), jinja.String(value))
	}
	return d, nil
}

// decodeQuery parses a query string. A name that occurs more than once becomes a list.
func decodeQuery(raw []byte) (*jinja.Dict, error) {
	d := jinja.NewDict()
	for pair := range strings.SplitSeq(strings.TrimSpace(string(raw)), "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, err1 := url.QueryUnescape(name)
		value, err2 := url.QueryUnescape(value)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		if value == "" { // as Python's parse_qs does
			continue
		}
		v := jinja.String(value)
		if old, ok := d.GetString(name); ok {
			list, isList := old.List()
			if !isList {
				v = jinja.NewList(old, v)
			} else {
				v = jinja.NewList(append(list.Items(), v)...)
			}
		}
		d.SetString(name, v)
	}
	return d, nil
}
