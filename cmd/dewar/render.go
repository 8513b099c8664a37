package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/dewar-go/dewar/jinja"
)

// render renders a template with the variables of a JSON file.
func render(args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("dewar render", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	data := flags.String("data", "", "")
	folder := flags.String("templates", "", "")
	strict := flags.Bool("strict", false, "")
	// The template's name may stand before the options.
	var name string
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		name, args = args[0], args[1:]
	}
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprint(stdout, usage)
			return err
		}
		fmt.Fprintf(stderr, "dewar: %v\n", err)
		return errUsage
	}
	if name == "" && flags.NArg() > 0 {
		name = flags.Arg(0)
		if flags.NArg() > 1 {
			return errUsage
		}
	} else if flags.NArg() > 0 {
		return errUsage
	}
	if name == "" {
		return errUsage
	}
	vars, err := variables(*data, stdin)
	if err != nil {
		return err
	}
	if *folder == "" {
		*folder, name = filepath.Split(name)
		if *folder == "" {
			*folder = "."
		}
	}
	options := jinja.Options{
		Loader:     jinja.FS(os.DirFS(*folder)),
		Autoescape: jinja.SelectAutoescape("html", "htm", "xml", "xhtml", "svg"),
	}
	if *strict {
		options.Undefined = jinja.Strict
	}
	env, err := jinja.New(options)
	if err != nil {
		return fmt.Errorf("dewar: %w", err)
	}
	template, err := env.GetTemplate(filepath.ToSlash(name))
	if err != nil {
		return fmt.Errorf("dewar: %w", err)
	}
	if err := template.Render(stdout, vars); err != nil {
		return fmt.Errorf("dewar: %w", err)
	}
	return nil
}

// variables reads a JSON object. Whole numbers stay whole numbers.
func variables(path string, stdin io.Reader) (map[string]any, error) {
	if path == "" {
		return nil, nil
	}
	in := stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("dewar: %w", err)
		}
		defer file.Close()
		in = file
	}
	decoder := json.NewDecoder(in)
	decoder.UseNumber()
	var vars map[string]any
	if err := decoder.Decode(&vars); err != nil {
		return nil, fmt.Errorf("dewar: %s is no JSON object: %w", path, err)
	}
	return numbers(vars).(map[string]any), nil
}

// numbers turns the numbers of JSON into Go's.
func numbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			v[key] = numbers(value)
		}
	case []any:
		for i, value := range v {
			v[i] = numbers(value)
		}
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		if f, err := v.Float64(); err == nil {
			return f
		}
	}
	return v
}
