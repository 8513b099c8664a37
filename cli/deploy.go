package cli

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/internal/checks"
)

// levels are the values of --fail-level.
var levels = map[string]dewar.Severity{"note": dewar.SeverityNote, "warning": dewar.SeverityWarning, "error": dewar.SeverityError}

// weakening are the settings of GODEBUG that take back a protection of net/http or crypto/tls.
var weakening = []string{"tlsrsakex", "tls3des", "tls10server", "tlssha1", "tlsunsafeekm", "x509sha1", "x509negativeserial", "httplaxcontentlength", "rsa1024min=0"}

var releaseOf = regexp.MustCompile(`^go1\.(\d+)`)

// deployFindings looks at what the program was built by and runs with.
//
// Go 1.N is supported until 1.N+2 is out. 1.26 came out in February 2026, and one follows every six months.
func deployFindings(version, godebug string, now time.Time) (list []dewar.Finding) {
	add := func(id, subject, message, remedy string) {
		r, _ := checks.ByName(id)
		list = append(list, dewar.Finding{ID: id, Number: r.Number, Page: r.Page(), Subject: subject, Message: message, Remedy: remedy})
	}
	if m := releaseOf.FindStringSubmatch(version); m != nil {
		minor, _ := strconv.Atoi(m[1])
		if end := time.Date(2027, time.March, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 6*(minor-26), 0); !now.Before(end) {
			add("go-version", "Go "+strings.TrimPrefix(version, "go"), "the release gets no security fixes since "+end.Format("January 2006"), "build with a newer one")
		}
	}
	for setting := range strings.SplitSeq(godebug, ",") {
		name, value, _ := strings.Cut(setting, "=")
		for _, weak := range weakening {
			if setting == weak || name == weak && value == "1" {
				add("godebug", "GODEBUG", setting+" takes back a protection of Go", "take it out of the environment")
			}
		}
	}
	return list
}

// explain prints the page of a rule.
func (p *program) explain(name string) error {
	r, ok := checks.ByName(name)
	if !ok {
		return &usageError{fmt.Sprintf("there is no check %s", name), "check --help"}
	}
	_, err := fmt.Fprint(p.stdout, r.Text())
	return err
}
