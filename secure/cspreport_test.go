package secure

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func report(c *CSPReports, method, contentType, body string) int {
	r := httptest.NewRequest(method, "/csp", strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w.Code
}

func TestCSPReports(t *testing.T) {
	const old = `{"csp-report":{"document-uri":"https://u:p@app.test/a?token=secret#x","blocked-uri":"https://evil.test/x.js?y","violated-directive":"script-src-elem 'self'","source-file":"https://app.test/a.js","line-number":7,"script-sample":"al\u001b[31mert"}}`
	const api = `[{"type":"csp-violation","body":{"documentURL":"https://app.test/b?q","blockedURL":"inline","effectiveDirective":"style-src-attr","disposition":"report"}},{"type":"deprecation","body":{}}]`
	for _, row := range []struct {
		name, method, contentType, body string
		status                          int
		want                            string
	}{
		{"old form", "POST", "application/csp-report", old, 204, `{https://app.test/a https://evil.test/x.js script-src-elem https://app.test/a.js 7 al_[31mert enforce 1}`},
		{"Reporting API", "POST", "application/reports+json; charset=utf-8", api, 204, `{https://app.test/b inline style-src-attr  0  report 1}`},
		{"data", "POST", "application/csp-report", `{"csp-report":{"document-uri":"about:blank","blocked-uri":"data:text/html,secret","violated-directive":"img-src"}}`, 204, `{about: data: img-src  0  enforce 1}`},
		{"GET", "GET", "application/csp-report", old, 405, ""},
		{"form", "POST", "application/x-www-form-urlencoded", "a=b", 415, ""},
		{"no JSON", "POST", "application/csp-report", "{", 400, ""},
		{"nothing in it", "POST", "application/csp-report", "{}", 400, ""},
		{"no list", "POST", "application/reports+json", "{}", 400, ""},
		{"too large", "POST", "application/csp-report", strings.Repeat(" ", maxReportBody+1), 413, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			var c CSPReports
			var news []CSPReport
			c.OnNew = func(r CSPReport) { news = append(news, r) }
			if got := report(&c, row.method, row.contentType, row.body); got != row.status {
				t.Errorf("status %d, want %d", got, row.status)
			}
			got := ""
			for _, r := range c.Reports() {
				got += fmt.Sprint(struct {
					Document, Blocked, Directive, Source string
					Line                                 int
					Sample, Disposition                  string
					Count                                int
				}{r.Document, r.Blocked, r.Directive, r.Source, r.Line, r.Sample, r.Disposition, r.Count})
			}
			if got != row.want || len(news) != len(c.Reports()) {
				t.Errorf("kept %s, %d new, want %s", got, len(news), row.want)
			}
		})
	}
}

func TestCSPReportsBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := CSPReports{Max: 3}
		send := func(n int) {
			body := fmt.Sprintf(`{"csp-report":{"document-uri":"https://app.test/%d","blocked-uri":"inline","violated-directive":"script-src"}}`, n)
			if got := report(&c, http.MethodPost, "application/csp-report", body); got != 204 {
				t.Fatal(got)
			}
			time.Sleep(time.Second)
		}
		for n := range 3 {
			send(n)
		}
		send(0)
		send(3)
		var got []string
		for _, r := range c.Reports() {
			got = append(got, fmt.Sprintf("%s %d", strings.TrimPrefix(r.Document, "https://app.test/"), r.Count))
		}
		if want := "3 1, 0 2, 2 1"; strings.Join(got, ", ") != want {
			t.Errorf("kept %q, want %q", got, want)
		}
	})
	var c CSPReports
	long := fmt.Sprintf(`{"csp-report":{"document-uri":"https://app.test/%s","violated-directive":"script-src","script-sample":"%s"}}`, strings.Repeat("a", 5000), strings.Repeat("é", 5000))
	report(&c, "POST", "application/csp-report", long)
	for _, r := range c.Reports() {
		if len(r.Document) > maxReportText || len(r.Sample) > maxReportText || strings.Contains(r.Sample, "\uFFFD") {
			t.Errorf("%d and %d bytes kept, %q", len(r.Document), len(r.Sample), r.Sample[len(r.Sample)-4:])
		}
	}
	batch := "[" + strings.Repeat(`{"type":"csp-violation","body":{"effectiveDirective":"a"}},`, 100) + `{}]`
	c = CSPReports{}
	report(&c, "POST", "application/reports+json", batch)
	if all := c.Reports(); len(all) != 1 || all[0].Count != maxReportBatch {
		t.Errorf("%+v", all)
	}
}

func FuzzCSPReports(f *testing.F) {
	f.Add(true, `{"csp-report":{"document-uri":"https://a@b/c?d#e","violated-directive":"x y","line-number":-1}}`)
	f.Add(false, `[{"type":"csp-violation","body":{"effectiveDirective":"x","sample":"\u0000"}}]`)
	f.Fuzz(func(t *testing.T, old bool, body string) {
		kind := "application/reports+json"
		if old {
			kind = "application/csp-report"
		}
		reports, _ := parseReports(kind, []byte(body))
		for _, r := range reports {
			for _, text := range []string{r.Document, r.Blocked, r.Directive, r.Source, r.Sample} {
				// U+FFFD takes three bytes where one was.
				if len(text) > 3*maxReportText || HeaderValue(text) != nil {
					t.Errorf("%q", text)
				}
			}
			if strings.Contains(r.Document, "?") || r.Line < 0 {
				t.Errorf("%+v", r)
			}
		}
	})
}
