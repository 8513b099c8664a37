package secure

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

const (
	// maxReportBody bounds one request to CSPReports, in bytes.
	maxReportBody = 64 << 10
	// maxReportBatch bounds the reports of one request.
	maxReportBatch = 32
	// maxReportText bounds each text of a report, in bytes.
	maxReportText = 512
)

// A CSPReport is one violation of a Content-Security-Policy as a browser
// described it. Everything in it comes from outside: the texts are cut to 512
// bytes, control characters are replaced, and addresses have neither query nor
// fragment nor user information, which could be secrets.
type CSPReport struct {
	Document    string // the page
	Blocked     string // what was blocked: an address, "inline", "eval", …
	Directive   string // the directive that blocked it
	Source      string // the file that tried
	Line        int    // where in it
	Sample      string // the first characters of an inline script, with 'report-sample'
	Disposition string // "enforce" or "report"

	Count       int       // how often it was reported
	First, Last time.Time // when
}

// reportKey says which reports are the same.
type reportKey struct{ document, blocked, directive, source, disposition string }

// CSPReports is the handler for a policy's report-uri and report-to, in the
// old form (application/csp-report) and that of the Reporting API
// (application/reports+json). Anyone can send it anything, so it stores at most
// Max different reports and counts what repeats; a new one pushes out the one
// that was seen longest ago. The zero value is ready.
type CSPReports struct {
	// Max is the most reports kept, default 256.
	Max int
	// OnNew is called, outside any lock, with each report that was not among
	// those kept: the place to log it. It must be set before the first
	// request.
	OnNew func(CSPReport)

	mu   sync.Mutex
	kept map[reportKey]*CSPReport
}

// ServeHTTP answers 204 to reports it can read, 405 to another method than
// POST, 415 to another content type, 413 to more than 64 KiB and 400 to the
// rest.
func (c *CSPReports) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/csp-report" && kind != "application/reports+json" {
		http.Error(w, "Unsupported Media Type", http.StatusUnsupportedMediaType)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxReportBody+1))
	switch {
	case err != nil:
		http.Error(w, "Bad Request", http.StatusBadRequest)
		return
	case len(body) > maxReportBody:
		http.Error(w, "Content Too Large", http.StatusRequestEntityTooLarge)
		return
	}
	reports, ok := parseReports(kind, body)
	if !ok {
		http.Error(w, "Bad Request", http.StatusBadRequest)
		return
	}
	for _, report := range reports {
		c.add(report)
	}
	w.WriteHeader(http.StatusNoContent)
}

// Reports returns the reports kept, the latest first.
func (c *CSPReports) Reports() []CSPReport {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]CSPReport, 0, len(c.kept))
	for _, report := range c.kept {
		all = append(all, *report)
	}
	slices.SortFunc(all, func(a, b CSPReport) int { return b.Last.Compare(a.Last) })
	return all
}

func (c *CSPReports) add(report CSPReport) {
	key := reportKey{report.Document, report.Blocked, report.Directive, report.Source, report.Disposition}
	now := time.Now()
	c.mu.Lock()
	if old := c.kept[key]; old != nil {
		old.Count++
		old.Last = now
		c.mu.Unlock()
		return
	}
	limit := c.Max
	if limit <= 0 {
		limit = 256
	}
	if len(c.kept) >= limit {
		var oldest reportKey
		var seen time.Time
		for k, r := range c.kept {
			if seen.IsZero() || r.Last.Before(seen) {
				oldest, seen = k, r.Last
			}
		}
		delete(c.kept, oldest)
	}
	if c.kept == nil {
		c.kept = map[reportKey]*CSPReport{}
	}
	report.Count, report.First, report.Last = 1, now, now
	c.kept[key] = &report
	c.mu.Unlock()
	if c.OnNew != nil {
		c.OnNew(report)
	}
}

// parseReports reads both forms.
func parseReports(kind string, body []byte) ([]CSPReport, bool) {
	if kind == "application/csp-report" {
		var old struct {
			Report struct {
				Document    string `json:"document-uri"`
				Blocked     string `json:"blocked-uri"`
				Violated    string `json:"violated-directive"`
				Effective   string `json:"effective-directive"`
				Source      string `json:"source-file"`
				Line        int    `json:"line-number"`
				Sample      string `json:"script-sample"`
				Disposition string `json:"disposition"`
			} `json:"csp-report"`
		}
		if json.Unmarshal(body, &old) != nil {
			return nil, false
		}
		r := old.Report
		if r.Effective == "" {
			r.Effective = r.Violated
		}
		report := cleanReport(r.Document, r.Blocked, r.Effective, r.Source, r.Sample, r.Disposition, r.Line)
		return []CSPReport{report}, report.Directive != ""
	}
	var batch []struct {
		Type string `json:"type"`
		Body struct {
			Document    string `json:"documentURL"`
			Blocked     string `json:"blockedURL"`
			Effective   string `json:"effectiveDirective"`
			Source      string `json:"sourceFile"`
			Line        int    `json:"lineNumber"`
			Sample      string `json:"sample"`
			Disposition string `json:"disposition"`
		} `json:"body"`
	}
	if json.Unmarshal(body, &batch) != nil {
		return nil, false
	}
	var reports []CSPReport
	for _, item := range batch[:min(len(batch), maxReportBatch)] {
		r := item.Body
		if item.Type == "csp-violation" && r.Effective != "" {
			reports = append(reports, cleanReport(r.Document, r.Blocked, r.Effective, r.Source, r.Sample, r.Disposition, r.Line))
		}
	}
	return reports, true
}

func cleanReport(document, blocked, directive, source, sample, disposition string, line int) CSPReport {
	if disposition != "report" {
		disposition = "enforce"
	}
	// The old form has the sources after the name.
	directive, _, _ = strings.Cut(directive, " ")
	return CSPReport{
		Document: cleanAddress(document), Blocked: cleanAddress(blocked), Directive: cleanText(directive),
		Source: cleanAddress(source), Line: max(0, line), Sample: cleanText(sample), Disposition: disposition,
	}
}

// cleanAddress drops what may be a secret from an address.
func cleanAddress(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return "invalid"
	}
	u.User, u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = nil, "", false, "", ""
	if u.Opaque != "" { // data: and the like, with their content
		return cleanText(u.Scheme + ":")
	}
	return cleanText(u.String())
}

func cleanText(s string) string {
	if len(s) > maxReportText {
		s = s[:maxReportText]
		for len(s) > 0 && !utf8.ValidString(s[max(0, len(s)-utf8.UTFMax):]) {
			s = s[:len(s)-1]
		}
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7F && r < 0xA0 || r == '\u2028' || r == '\u2029' || bidi(r) {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
