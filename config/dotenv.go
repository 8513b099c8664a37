package config

import (
	"fmt"
	"strconv"
	"strings"
)

// parseDotenv reads NAME=value lines. Values may stand in quotes; export before
// a name and lines that begin with # are allowed.
func parseDotenv(b []byte) (map[string]string, error) {
	vars := map[string]string{}
	for i, line := range strings.Split(string(b), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || !isName(name) {
			return nil, fmt.Errorf("line %d is not NAME=value", i+1)
		}
		if n := len(value); n > 0 && (value[0] == '"' || value[0] == '\'') {
			if n < 2 || value[n-1] != value[0] {
				return nil, fmt.Errorf("line %d: the quote is not closed", i+1)
			}
			quote := value[0]
			value = value[1 : n-1]
			if quote == '"' {
				unquoted, err := strconv.Unquote(`"` + value + `"`)
				if err != nil {
					return nil, fmt.Errorf("line %d: bad escape: %w", i+1, err)
				}
				value = unquoted
			}
		} else if j := strings.Index(value, " #"); j >= 0 {
			value = strings.TrimSpace(value[:j])
		}
		vars[name] = value
	}
	return vars, nil
}

// isName reports whether a variable may be called so.
func isName(s string) bool {
	for i := range len(s) {
		letter := s[i] == '_' || 'a' <= s[i]|0x20 && s[i]|0x20 <= 'z'
		if !letter && (i == 0 || s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return s != ""
}
