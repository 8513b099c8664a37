package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

const vetUsage = `Usage: dewar vet [PACKAGE...]

Runs go vet, and then dewar-vet, which finds unsafe code in applications; ./...
by default. The exit status is 1 when there are findings. The tool is looked for
beside this command and on the path:

  go install github.com/dewar-go/dewar/contrib/vet/cmd/dewar-vet@latest
`

// vet is the command vet.
func vet(args []string, stdout, stderr io.Writer) error {
	packages, err := optionSet{}.parse(args)
	if err != nil {
		return usageError(err, vetUsage)
	}
	if len(packages) == 0 {
		packages = []string{"./..."}
	}
	tool, err := vetTool()
	if err != nil {
		return err
	}
	failed := false
	for _, option := range [][]string{nil, {"-vettool=" + tool}} {
		c := exec.Command("go", append(append([]string{"vet"}, option...), packages...)...) //nolint:gosec // the go command, with packages of its user
		c.Stdout, c.Stderr = stdout, stderr
		switch err := c.Run(); {
		case errors.As(err, new(*exec.ExitError)):
			failed = true
		case err != nil:
			return fmt.Errorf("dewar: vet: %w", err)
		}
	}
	if failed {
		return errors.New("dewar: vet has findings")
	}
	return nil
}

// vetTool finds dewar-vet.
func vetTool() (string, error) {
	if own, err := os.Executable(); err == nil {
		if tool, err := exec.LookPath(filepath.Join(filepath.Dir(own), "dewar-vet")); err == nil {
			return tool, nil
		}
	}
	tool, err := exec.LookPath("dewar-vet")
	if err != nil {
		return "", errors.New("dewar: vet needs dewar-vet: go install github.com/dewar-go/dewar/contrib/vet/cmd/dewar-vet@latest")
	}
	return filepath.Abs(tool)
}
