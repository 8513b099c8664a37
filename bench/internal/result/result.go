package result

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// A Run is what one run of one suite found.
type Run struct {
	Suite   string    `json:"suite"`
	Time    time.Time `json:"time"`
	Quick   bool      `json:"quick"` // fewer and shorter rounds: good for a look, not for a claim
	Machine Machine   `json:"machine"`
	Rows    []Row     `json:"rows"`
	Notes   []string  `json:"notes,omitempty"` // what the reader must know, such as a peer that was missing
}

// A Row is one figure of one subject in one case.
type Row struct {
	Case    string  `json:"case"`
	Subject string  `json:"subject"`
	Unit    string  `json:"unit"`             // see MoreIsBetter
	X       float64 `json:"x,omitempty"`      // the place on a curve
	XUnit   string  `json:"x_unit,omitempty"` // what X counts, "" when this is no curve

	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`

	Base     string  `json:"base,omitempty"` // the subject the ratios are to, "" for none
	Ratio    float64 `json:"ratio,omitempty"`
	RatioMin float64 `json:"ratio_min,omitempty"`
	RatioMax float64 `json:"ratio_max,omitempty"`

	Bytes  *float64 `json:"bytes,omitempty"`  // allocated an operation; nil: not measured
	Allocs *float64 `json:"allocs,omitempty"` // allocations an operation; nil: not measured

	Samples []float64 `json:"samples,omitempty"` // one a round
	Ratios  []float64 `json:"ratios,omitempty"`  // one a round
}

// MoreIsBetter says whether a larger figure of a unit is the better one: so for
// a throughput, "req/s" or "MB/s". Of times, bytes and all else less is better.
func MoreIsBetter(unit string) bool { return unit == "req/s" || unit == "MB/s" }

// Read reads a run from a file.
func Read(name string) (*Run, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("result: %w", err)
	}
	run := new(Run)
	if err := json.Unmarshal(data, run); err != nil {
		return nil, fmt.Errorf("result: %s: %w", name, err)
	}
	return run, nil
}

// Write writes a run to a file, and makes its folder.
func (r *Run) Write(name string) error {
	data, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return fmt.Errorf("result: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fmt.Errorf("result: %w", err)
	}
	if err := os.WriteFile(name, append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("result: %w", err)
	}
	return nil
}

// Find returns the row of a case, subject and unit, nil when there is none.
func (r *Run) Find(name, subject, unit string) *Row {
	for i := range r.Rows {
		if w := &r.Rows[i]; w.Case == name && w.Subject == subject && w.Unit == unit {
			return w
		}
	}
	return nil
}
