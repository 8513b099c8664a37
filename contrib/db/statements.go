package db

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"
)

// refuseHalfDone refuses migrations that MariaDB and MySQL could leave half-done, because there each statement that
// changes a table commits by itself.
func refuseHalfDone(fsys fs.FS, sources []*goose.Source) error {
	for _, s := range sources {
		text, err := fs.ReadFile(fsys, s.Path)
		if err != nil {
			return fmt.Errorf("db: migrations: %w", err)
		}
		list := upStatements(string(text))
		if len(list) > 1 && slices.ContainsFunc(list, commitsByItself) {
			return fmt.Errorf("db: migration %s holds %d statements, and MariaDB commits those that change a table one by one: put each into a file of its own, so that a failure leaves nothing half-done",
				path.Base(s.Path), len(list))
		}
	}
	return nil
}

// upStatements splits the Up part of a goose file as goose does. A statement ends with a line that ends with a
// semicolon. Everything between StatementBegin and StatementEnd is one statement.
func upStatements(text string) []string {
	var list []string
	var current strings.Builder
	up, block := false, false
	end := func() {
		if s := strings.TrimSpace(current.String()); s != "" {
			list = append(list, s)
		}
		current.Reset()
	}
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		if comment, ok := strings.CutPrefix(trimmed, "--"); ok {
			command, isCommand := strings.CutPrefix(strings.TrimSpace(comment), "+goose ")
			if !isCommand {
				continue
			}
			switch strings.ToLower(strings.TrimSpace(command)) {
			case "up":
				up = true
			case "down":
				up = false
			case "statementbegin":
				block = true
			case "statementend":
				block = false
				if up {
					end()
				}
			}
			continue
		}
		if !up {
			continue
		}
		current.WriteString(line)
		code, _, _ := strings.Cut(trimmed, " --")
		if !block && strings.HasSuffix(strings.TrimSpace(code), ";") {
			end()
		}
	}
	end()
	return list
}

// commitsByItself reports whether a statement commits its transaction. All do except those that work on rows.
func commitsByItself(statement string) bool {
	fields := strings.Fields(statement)
	if len(fields) == 0 {
		return false
	}
	switch strings.ToUpper(fields[0]) {
	case "INSERT", "UPDATE", "DELETE", "REPLACE", "SELECT", "WITH", "SET":
		return false
	}
	return true
}
