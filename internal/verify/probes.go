package verify

import (
	"cmp"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// foreign is a host that the site has nothing to do with.
const foreign = "verify.invalid"

var probes = []struct {
	name string
	run  func(s *site, ctx context.Context)
}{
	{"https", probePlain}, {"certificate", probeCertificate}, {"tls", probeTLS}, {"hsts", probeHSTS}, {"nosniff", probeNosniff}, {"csp", probeCSP},
	{"framing", probeFraming}, {"referrer", probeReferrer}, {"disclosure", probeDisclosure}, {"mixed", probeMixed}, {"cookies", probeCookies},
	{"csrf", probeCSRF}, {"methods", probeMethods}, {"dotfiles", probeDotfiles}, {"traversal", probeTraversal}, {"listing", probeListing},
	{"debug", probeDebug}, {"host", probeHost}, {"forwarded", probeForwarded}, {"errors", probeErrors}, {"reflection", probeReflection},
	{"input", probeInput}, {"redirect", probeRedirect}, {"caching", probeCaching}, {"cors", probeCORS},
}

func probePlain(s *site, ctx context.Context) {
	plain := s.Plain
	if plain == "" {
		if !s.https() {
			s.add(Fails, s.base.String(), "serve HTTPS", "the site is looked at by plain HTTP")
			return
		}
		if s.base.Port() != "" && s.base.Port() != "443" {
			s.add(NotApplicable, "", "", "where plain HTTP is served beside port %s is not known", s.base.Port())
			return
		}
		plain = "http://" + s.base.Hostname() + "/"
	}
	a, err := s.do(ctx, http.MethodGet, plain, nil)
	if err != nil {
		s.add(NotApplicable, "", "", "nothing answers by plain HTTP")
		return
	}
	to, err := a.url.Parse(a.header.Get("Location"))
	switch {
	case a.status == http.StatusForbidden || a.status == http.StatusBadRequest || a.status == http.StatusMisdirectedRequest:
	case a.status/100 != 3 || err != nil || to.Scheme != "https" || to.Hostname() != s.base.Hostname():
		s.add(Fails, a.at, "redirect to https of the same host with 308", "plain HTTP is answered with %d, and does not lead to https of this host", a.status)
	case a.status != http.StatusMovedPermanently && a.status != http.StatusPermanentRedirect:
		s.add(Note, a.at, "answer 308", "the redirect to https is a %d, which browsers do not keep", a.status)
	}
}

func probeCertificate(s *site, _ context.Context) {
	if !s.https() || len(s.pages) == 0 || s.pages[0].tls == nil {
		s.add(NotApplicable, "", "", "there is no TLS")
		return
	}
	if end := s.pages[0].tls.PeerCertificates[0].NotAfter; time.Until(end) < 14*24*time.Hour {
		s.add(Note, s.base.String(), "renew it", "the certificate ends on %s", end.Format(time.DateOnly))
	}
}

func probeTLS(s *site, ctx context.Context) {
	if !s.https() {
		s.add(NotApplicable, "", "", "there is no TLS")
		return
	}
	s.left--
	config := s.config.Clone()
	config.MinVersion, config.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 //nolint:gosec // to see that it is refused
	config.ServerName = s.base.Hostname()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := s.dial(ctx, "tcp", net.JoinHostPort(s.base.Hostname(), cmp.Or(s.base.Port(), "443")))
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	if tls.Client(conn, config).HandshakeContext(ctx) == nil {
		s.add(Fails, s.base.Host, "take TLS 1.2 and newer alone", "TLS before 1.2 is taken")
	}
}

var maxAge = regexp.MustCompile(`(?i)\bmax-age="?(\d{1,12})`)

func probeHSTS(s *site, _ context.Context) {
	if !s.https() || !s.named() {
		s.add(NotApplicable, "", "", "browsers keep Strict-Transport-Security for names by HTTPS alone")
		return
	}
	for _, a := range s.all() {
		m := maxAge.FindStringSubmatch(a.header.Get("Strict-Transport-Security"))
		if m == nil {
			s.add(Fails, a.at, "send it on each answer", "Strict-Transport-Security is missing")
		} else if n, _ := strconv.Atoi(m[1]); n < 365*24*3600 {
			s.add(Fails, a.at, "let it last a year or more", "Strict-Transport-Security lasts %d seconds", n)
		}
	}
}

func probeNosniff(s *site, _ context.Context) {
	for _, a := range s.all() {
		if a.status/100 != 3 && !strings.EqualFold(a.header.Get("X-Content-Type-Options"), "nosniff") {
			s.add(Fails, a.at, "send X-Content-Type-Options: nosniff on each answer", "nosniff is missing: browsers guess what the content is")
		}
	}
}

// directives parses a policy.
func directives(policy string) map[string][]string {
	list := map[string][]string{}
	for part := range strings.SplitSeq(policy, ";") {
		if words := strings.Fields(part); len(words) > 0 {
			if name := strings.ToLower(words[0]); list[name] == nil {
				list[name] = append([]string{}, words[1:]...)
			}
		}
	}
	return list
}

// noPage says that no answer is a page.
func (s *site) noPage() bool {
	for _, a := range s.all() {
		if a.html() && a.status/100 != 3 {
			return false
		}
	}
	s.add(NotApplicable, "", "", "no answer that was seen is HTML")
	return true
}

func probeCSP(s *site, _ context.Context) {
	if s.noPage() {
		return
	}
	for _, a := range s.all() {
		if !a.html() || a.status/100 == 3 {
			continue
		}
		policy := directives(a.header.Get("Content-Security-Policy"))
		scripts, ok := policy["script-src"]
		if !ok {
			scripts, ok = policy["default-src"]
		}
		if !ok {
			s.add(Fails, a.at, "send Content-Security-Policy with script-src", "no policy says which scripts run: injected ones do")
		}
		strict := strings.Contains(strings.Join(scripts, " "), "'nonce-") || strings.Contains(strings.Join(scripts, " "), "'sha")
		for _, source := range scripts {
			if source == "'unsafe-inline'" && !strict || source == "*" || source == "https:" || source == "http:" || source == "data:" {
				s.add(Fails, a.at, "take it away, and give scripts a nonce", "script-src has %s: injected scripts run", source)
			}
		}
	}
}

func probeFraming(s *site, _ context.Context) {
	if s.noPage() {
		return
	}
	for _, a := range s.all() {
		ancestors, ok := directives(a.header.Get("Content-Security-Policy"))["frame-ancestors"]
		if old := strings.ToUpper(a.header.Get("X-Frame-Options")); a.html() && a.status/100 != 3 && (!ok || strings.Join(ancestors, "") == "*") && old != "DENY" && old != "SAMEORIGIN" {
			s.add(Fails, a.at, "send frame-ancestors 'none' in the policy", "any site may show the page in a frame")
		}
	}
}

func probeReferrer(s *site, _ context.Context) {
	for _, a := range s.pages {
		if p := strings.ToLower(a.header.Get("Referrer-Policy")); p == "unsafe-url" || p == "no-referrer-when-downgrade" {
			s.add(Fails, a.at, "send Referrer-Policy: same-origin", "other sites learn the whole address of this page (%s)", p)
		}
	}
}

func probeDisclosure(s *site, _ context.Context) {
	for _, a := range s.all() {
		for _, name := range []string{"Server", "X-Powered-By", "X-AspNet-Version", "X-Generator"} {
			if v := a.header.Get(name); v != "" && (name != "Server" || strings.ContainsAny(v, "0123456789")) {
				s.add(Note, a.at, "leave the header out", "%s: %s tells which faults to try", name, v)
			}
		}
	}
}

var plainAsset = regexp.MustCompile(`(?i)<(?:script|img|iframe|link|form)\b[^>]*\b(?:src|href|action)=["']?(http://[^"'\s>]+)`)

func probeMixed(s *site, _ context.Context) {
	if !s.https() {
		s.add(NotApplicable, "", "", "there is no TLS")
		return
	}
	for _, a := range s.pages {
		if m := plainAsset.FindStringSubmatch(a.body); m != nil {
			s.add(Fails, a.at, "write https", "the page asks for %s by plain HTTP", m[1])
		}
	}
}

func probeCookies(s *site, _ context.Context) {
	seen := false
	for _, a := range s.all() {
		for _, line := range a.header.Values("Set-Cookie") {
			c, err := http.ParseSetCookie(line)
			if err != nil {
				continue
			}
			seen = true
			if s.https() && !c.Secure {
				s.add(Fails, a.at, "set Secure", "the cookie %s is sent by plain HTTP, too", c.Name)
			}
			if !c.HttpOnly && !strings.Contains(strings.ToLower(c.Name), "csrf") && !strings.Contains(strings.ToLower(c.Name), "xsrf") {
				s.add(Fails, a.at, "set HttpOnly", "scripts read the cookie %s", c.Name)
			}
			if c.SameSite != http.SameSiteLaxMode && c.SameSite != http.SameSiteStrictMode {
				s.add(Fails, a.at, "set SameSite=Lax", "the cookie %s goes with requests of other sites", c.Name)
			}
		}
	}
	if !seen {
		s.add(NotApplicable, "", "", "no page that was seen sets a cookie")
	}
}

var (
	formText   = regexp.MustCompile(`(?is)<form\b([^>]*)>(.*?)</form`)
	fieldText  = regexp.MustCompile(`(?i)<(?:input|textarea|select|button)\b[^>]*\bname=["']?([^"'\s>]+)`)
	methodPost = regexp.MustCompile(`(?i)\bmethod=["']?post\b`)
	actionText = regexp.MustCompile(`(?i)\baction=["']?([^"'\s>]*)`)
	harmful    = regexp.MustCompile(`(?i)delete|remove|pay|send|order|logout`)
)

func probeCSRF(s *site, ctx context.Context) {
	sent := map[string]bool{}
	for _, page := range s.pages {
		for _, m := range formText.FindAllStringSubmatch(page.body, 20) {
			action := page.url
			if a := actionText.FindStringSubmatch(m[1]); a != nil && a[1] != "" {
				action = s.own(page.url, a[1])
			}
			if !methodPost.MatchString(m[1]) || action == nil || sent[action.String()] || harmful.MatchString(action.Path) {
				continue
			}
			sent[action.String()] = true
			if s.NoPost {
				continue
			}
			a, err := s.do(ctx, http.MethodPost, action.String(), func(r *http.Request) {
				fields := url.Values{"csrf_token": {"invalid"}}
				for _, field := range fieldText.FindAllStringSubmatch(m[2], 50) {
					fields.Set(field[1], "invalid") // the token, by whatever name, too
				}
				form := fields.Encode()
				r.Body, r.ContentLength = io.NopCloser(strings.NewReader(form)), int64(len(form))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set("Origin", "https://"+foreign)
				r.Header.Set("Sec-Fetch-Site", "cross-site")
				r.Header.Set("X-Dewar-Verify", "1")
				if s.Cookie == "" {
					r.Header.Set("Cookie", "session=invalid")
				}
			})
			if err == nil && a.status < 400 {
				s.add(Fails, a.at, "refuse it: by Sec-Fetch-Site, Origin or a token", "a form sent from another site with an invalid token is answered with %d", a.status)
			}
		}
	}
	switch {
	case len(sent) == 0:
		s.add(NotApplicable, "", "", "no page that was seen has a form to send")
	case s.NoPost:
		s.add(NotApplicable, "", "", "--no-post")
	}
}

func probeMethods(s *site, ctx context.Context) {
	a, err := s.do(ctx, "TRACE", s.base.Path, func(r *http.Request) { r.Header.Set("X-Dewar-Verify", "traced") })
	if err == nil && a.status < 400 {
		s.add(Fails, a.at, "answer 405", "TRACE is answered with %d", a.status)
	}
}

// fileProbe asks for paths, and fails for an answer that has the text.
func fileProbe(s *site, ctx context.Context, remedy string, paths map[string]string) {
	for path, text := range paths {
		if a := s.get(ctx, path, nil); a != nil && a.status == http.StatusOK && regexp.MustCompile(text).MatchString(a.body) {
			s.add(Fails, a.at, remedy, "%s is served", path)
		}
	}
}

func probeDotfiles(s *site, ctx context.Context) {
	fileProbe(s, ctx, "serve no file whose name begins with a dot, and nothing outside the static folder", map[string]string{
		"/.git/HEAD": `^ref: |^[0-9a-f]{40}`, "/.git/config": `(?m)^\[core\]`, "/.env": `(?m)^\w+=`, "/.svn/entries": `^\d+`, "/.DS_Store": "^\x00\x00\x00\x01Bud1",
		"/config.json": `(?i)"[^"]*(secret|password)[^"]*"\s*:`, "/dump.sql": `(?i)CREATE TABLE|INSERT INTO`,
	})
}

func probeTraversal(s *site, ctx context.Context) {
	dir := "/static/"
	if s.static != nil {
		dir = s.static.url.Path[:strings.LastIndexByte(s.static.url.Path, '/')+1]
	}
	for _, up := range []string{"../", "%2e%2e/", "..%2f", "%2e%2e%2f", "..%5c", "%252e%252e%252f"} {
		a := s.get(ctx, "", func(r *http.Request) { // the path goes as it is written
			r.URL.Opaque = dir + strings.Repeat(up, 12) + "etc/passwd"
		})
		if a != nil && strings.Contains(a.body, "root:") && strings.Contains(a.body, ":0:0:") {
			s.add(Fails, "GET "+dir+up+"…etc/passwd", "open files below one folder alone (os.Root)", "a path with dots leads out of the folder")
		}
	}
}

func probeListing(s *site, ctx context.Context) {
	if s.static == nil {
		s.add(NotApplicable, "", "", "no page that was seen has a static file")
		return
	}
	dir := s.static.url.Path[:strings.LastIndexByte(s.static.url.Path, '/')+1]
	if a := s.get(ctx, dir, nil); dir != "/" && a != nil && a.status == http.StatusOK && strings.Contains(a.body, "<a href=\""+s.static.url.Path[len(dir):]) {
		s.add(Fails, a.at, "answer 404", "the folder lists its files")
	}
}

func probeDebug(s *site, ctx context.Context) {
	fileProbe(s, ctx, "serve it on an address that visitors cannot reach", map[string]string{
		"/debug/pprof/": `goroutine`, "/debug/vars": `"memstats"`, "/metrics": `(?m)^# (HELP|TYPE) `, "/console": `(?i)werkzeug|interactive console`,
		"/_debug_toolbar/": `(?i)toolbar`, "/actuator": `"_links"`, "/-/debug/": `(?i)<html`,
	})
}

func probeHost(s *site, ctx context.Context) {
	a := s.get(ctx, s.base.Path, func(r *http.Request) { r.Host = foreign })
	switch {
	case a == nil:
	case strings.Contains(a.body, foreign) || strings.Contains(a.header.Get("Location"), foreign):
		s.add(Fails, a.at, "name the hosts that the site answers to", "a foreign Host header stands in the answer: links in mails and caches lead there")
	case a.status < 400:
		s.add(Note, a.at, "answer 400 for hosts that are not the site's", "a foreign Host header is answered with %d", a.status)
	}
}

func probeForwarded(s *site, ctx context.Context) {
	a := s.get(ctx, s.base.Path+"?dewar-verify=1", func(r *http.Request) {
		for name, value := range map[string]string{"X-Forwarded-Host": foreign, "X-Forwarded-Prefix": "/" + foreign, "X-Forwarded-Server": foreign,
			"X-Original-URL": "/" + foreign, "Forwarded": "host=" + foreign, "X-Forwarded-For": "127.0.0.1"} {
			r.Header.Set(name, value)
		}
	})
	if a != nil && (strings.Contains(a.body, foreign) || strings.Contains(a.header.Get("Location"), foreign)) {
		s.add(Fails, a.at, "believe forwarded headers of your own proxies alone, and let those replace what the client wrote", "a forwarded header of the client stands in the answer")
	}
}

var inside = regexp.MustCompile(`goroutine \d+ \[|Traceback \(most recent call last\)|\bat [\w.$]+\([\w]+\.java:\d+\)|/[\w./-]+\.(?:go|py|rb|php|js):\d+|File &quot;/|SQLSTATE|(?i)syntax error at or near|Stack trace:`)

func probeErrors(s *site, ctx context.Context) {
	bad, _ := s.do(ctx, http.MethodGet, "/%00", nil)
	for _, a := range []*answer{s.missing, bad} {
		if a == nil {
			continue
		}
		if m := inside.FindString(a.body); m != "" && a.status >= 400 {
			s.add(Fails, a.at, "turn debug mode off", "the page of an error shows the inside of the program: %.60s", m)
		}
		if a == s.missing && a.status < 400 {
			s.add(Note, a.at, "answer 404", "a page that is not there is answered with %d", a.status)
		}
	}
}

func probeReflection(s *site, ctx context.Context) {
	const marker = `<dewar-verify>`
	for _, path := range []string{"/%3Cdewar-verify%3E", s.base.Path + "?q=%3Cdewar-verify%3E&search=%3Cdewar-verify%3E&name=%3Cdewar-verify%3E"} {
		if a := s.get(ctx, path, nil); a != nil && a.html() && strings.Contains(a.body, marker) {
			s.add(Fails, a.at, "escape what the address says", "what the address says is an element of the page")
		}
	}
}

func probeInput(s *site, ctx context.Context) {
	for _, path := range []string{s.base.Path + "?id=%ff%fe&page=-1&q=%00", s.base.Path + "?a[]=1&a[b]=%zz", "/%c0%ae%c0%ae/"} {
		if a := s.get(ctx, "", func(r *http.Request) {
			raw, query, _ := strings.Cut(path, "?")
			r.URL.Opaque, r.URL.RawQuery = raw, query
		}); a != nil && a.status >= 500 {
			s.add(Fails, a.at, "answer 400", "%s is answered with %d", path, a.status)
		}
	}
}

var redirecting = regexp.MustCompile(`(?i)login|signin|logout|lang|locale|auth|redirect|goto`)

func probeRedirect(s *site, ctx context.Context) {
	paths := []string{"/login", "/logout", "/auth/login"}
	for _, a := range s.pages {
		for _, m := range linkText.FindAllStringSubmatch(a.body, 200) {
			if u := s.own(a.url, m[1]); u != nil && redirecting.MatchString(u.Path) && len(paths) < 6 {
				paths = append(paths, u.Path)
			}
		}
	}
	for i, path := range paths {
		if len(paths) > 3 && i < 3 {
			continue // what the pages name, where they name any
		}
		for _, to := range []string{"https://" + foreign + "/", "//" + foreign, `/\` + foreign, "/%09/" + foreign} {
			q := url.Values{}
			for _, name := range []string{"next", "url", "return", "return_to", "continue", "redirect", "redirect_uri"} {
				q.Set(name, to)
			}
			a := s.get(ctx, path+"?"+q.Encode(), nil)
			if a == nil || a.status/100 != 3 {
				continue
			}
			location := strings.NewReplacer(`\`, "/", "\t", "").Replace(a.header.Get("Location"))
			if u, err := a.url.Parse(location); err == nil && strings.HasSuffix(u.Hostname(), foreign) {
				s.add(Fails, a.at, "redirect within the site alone", "%s sends visitors to the address that its link says", path)
			}
		}
	}
}

func probeCaching(s *site, _ context.Context) {
	seen := false
	for _, a := range s.pages {
		if s.Cookie == "" && len(a.header.Values("Set-Cookie")) == 0 {
			continue
		}
		seen = true
		control := strings.ToLower(a.header.Get("Cache-Control"))
		if strings.Contains(control, "public") || strings.Contains(control, "s-maxage") || !strings.Contains(control, "no-store") && !strings.Contains(control, "private") && !strings.Contains(control, "no-cache") {
			s.add(Fails, a.at, "answer Cache-Control: no-store, or private", "a page with a cookie may be kept by caches that are for all (Cache-Control: %q)", control)
		}
	}
	if !seen {
		s.add(NotApplicable, "", "", "no page sets a cookie, and --cookie gives none")
	}
}

func probeCORS(s *site, ctx context.Context) {
	for _, origin := range []string{"https://" + foreign, "null", "https://" + s.base.Hostname() + "." + foreign} {
		a := s.get(ctx, s.base.Path, func(r *http.Request) { r.Header.Set("Origin", origin) })
		if a == nil {
			continue
		}
		switch allowed := a.header.Get("Access-Control-Allow-Origin"); {
		case allowed == origin:
			s.add(Fails, a.at, "allow the origins that are meant", "pages of %s may read the answers", origin)
		case allowed == "*":
			s.add(Note, a.at, "allow the origins that are meant", "pages of every origin may read the answers")
		}
	}
}
