package dewar

import (
	"net/http"
	"net/url"
	"path/filepath"

	"github.com/dewar-go/dewar/internal/csplearn"
	"github.com/dewar-go/dewar/secure"
)

// cspReports is where browsers send what they find in the pages of the other
// application, while Dewar learns.
const cspReports = "/_dewar/csp-reports"

// LearnCSP has Dewar learn which Content-Security-Policy the other application's
// pages need, as it does in debug mode without being asked. Their HTML is read as
// it passes, and they get a policy that browsers report by and do not enforce
// (Content-Security-Policy-Report-Only), with /_dewar/csp-reports of this app for
// the reports. The command check --csp prints the policy:
//
//	shop check --csp
//
// A page that has such a header of its own keeps it. What was learnt is in
// csp-learned.json in the instance folder: at most 300 pages, by their paths without numbers and long
// names, and 300 sources of each kind, each for 30 days after it was last seen.
// Reports are taken from pages of the site itself that have passed here. Take the
// call away when the policy is set with [Fallback.Headers].
func (f *Fallback) LearnCSP() *Fallback {
	f.changing("LearnCSP")
	f.learns = true
	return f
}

// headersOfOthers are the headers for the answers of an application that does not know of
// Dewar: those that change nothing in a page which works without them.
var headersOfOthers = secure.Headers{
	InsecureNoContentSecurityPolicy: true,
	InsecureNoPermissionsPolicy:     true,
	FrameOptions:                    "SAMEORIGIN",
	ReferrerPolicy:                  "strict-origin-when-cross-origin",
	CrossOriginOpenerPolicy:         "same-origin-allow-popups",
	CrossOriginResourcePolicy:       "cross-origin",
}

// settings are the headers that are added: the default for others, with the app's own
// settings but for its policies (those are for its own pages), and those of
// [Fallback.Headers].
func (f *Fallback) settings() secure.Headers {
	app := f.app.cfg.Headers
	if f.headers.ContentSecurityPolicy == nil {
		app.ContentSecurityPolicy, app.ContentSecurityPolicyReportOnly = nil, nil
	}
	h := headersOfOthers.Merge(app).Merge(f.headers)
	h.InsecureNoContentSecurityPolicy = f.headers.ContentSecurityPolicy == nil
	h.InsecureNoPermissionsPolicy = f.headers.PermissionsPolicy == nil
	return h
}

// openLearner makes what learns, if something is to.
func (f *Fallback) openLearner() (err error) {
	if !f.learns && (!f.app.cfg.Debug || f.headers.ContentSecurityPolicy != nil) {
		return nil
	}
	dir := f.app.cfg.InstanceDir
	f.learner, err = csplearn.New(filepath.Join(dir, csplearn.File), func() error { return MakeInstanceDir(dir) }, func(err error) {
		f.app.log.Warn("what was learnt for a policy cannot be kept", "error", err)
	})
	return err
}

// isReport reports whether a request is for the learner. Everything else under its path is the
// other application's.
func (f *Fallback) isReport(c *Context) bool {
	return f.learner != nil && c.path == cspReports && c.r.Method == http.MethodPost
}

// takeReport takes a browser's report, if it comes from a page of the site.
func (f *Fallback) takeReport(c *Context) error {
	site := c.r.Header.Get("Sec-Fetch-Site")
	if site != "same-origin" && (site != "" || c.r.Header.Get("Origin") != c.origin.Scheme+"://"+c.origin.Host) {
		return StatusError(http.StatusForbidden)
	}
	f.learner.ServeHTTP(c.w, c.r)
	return c.answered(nil)
}

// learn lets the learner see an answer that is a page.
func (f *Fallback) learn(c *Context, r *http.Response) {
	if r.Header.Get("Content-Type") == "" || !secure.IsHTML(r.Header.Get("Content-Type")) || r.StatusCode == http.StatusSwitchingProtocols {
		return
	}
	const name = "Content-Security-Policy-Report-Only"
	if _, own := r.Header[name]; !own {
		prefix := url.URL{Path: c.origin.Prefix}
		r.Header[name] = []string{csplearn.Policy(prefix.EscapedPath() + cspReports)}
	}
	if c.r.Method != http.MethodHead && r.Header.Get("Content-Encoding") == "" {
		r.Body = f.learner.Body(c.origin.Scheme+"://"+c.origin.Host, c.origin.Prefix+c.path, r.Body)
	}
}
