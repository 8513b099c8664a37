package cache

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dewar-go/dewar"
)

// A page varies by headers of the request that only its answer names (RFC 9110, section
// 12.5.5). Under the key of the URL is then the list of them, and the page under one with
// their values.
const (
	markPage = 'P'
	markVary = 'V'
)

var (
	errVaried = errors.New("cache: the request has no key")
	errLarge  = errors.New("cache: with its headers the page is larger than MaxBody")
)

func (v *view) place(key string) place { return place{storeKey("p", key), v.tokens} }

// find looks for the page of a request. It gives the tokens of what the page depends on,
// as they are before the view runs.
func (v *view) find(ctx context.Context, r *http.Request, key string) (page *entry, tokens [][]byte, err error) {
	p := v.place(key)
	at, err := v.entries.ask(ctx, p)
	if err == nil {
		err = v.entries.prepare(ctx, p, &at)
	}
	if err != nil {
		return nil, nil, err
	}
	tokens = at.tokens
	if e := at.entry; e != nil && e.data[0] == markVary {
		varied, ok := variedKey(key, strings.Split(string(e.data[1:]), ","), r)
		if !ok {
			return nil, nil, errVaried
		}
		at, err = v.entries.ask(ctx, v.place(varied))
	}
	return at.entry, tokens, err
}

// variedKey adds the values of the headers that a page varies by. Long values, which
// everybody has their own of, make no key.
func variedKey(key string, names []string, r *http.Request) (string, bool) {
	text := []byte(key)
	for _, name := range names {
		value := strings.Join(r.Header[name], ",")
		if name == "Accept-Encoding" {
			value = codings(value)
		}
		if len(value) > 200 {
			return "", false
		}
		text = strconv.AppendQuote(append(text, name...), value)
	}
	return string(text), true
}

// codings are the content codings that an Accept-Encoding takes.
func codings(value string) string {
	var list []string
	for part := range strings.SplitSeq(strings.ToLower(value), ",") {
		coding, weight, _ := strings.Cut(part, ";")
		_, weight, _ = strings.Cut(weight, "=")
		if strings.Trim(weight, " 0.") == "" && strings.TrimSpace(weight) != "" {
			coding = "no " + coding
		}
		list = append(list, strings.TrimSpace(coding))
	}
	slices.Sort(list)
	return strings.Join(list, ",")
}

// varies lists the headers that an answer varies by; false when no other request may
// have it.
func varies(h http.Header) (names []string, ok bool) {
	for _, line := range h["Vary"] {
		for name := range strings.SplitSeq(line, ",") {
			switch name = http.CanonicalHeaderKey(strings.TrimSpace(name)); name {
			case "":
			case "*", "Cookie", "Authorization":
				return nil, false
			default:
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names), len(names) <= 8
}

// head is what a page has beside its body. It is kept as lines: status and time, then the
// headers, as HTTP writes them.
type head struct {
	status int
	header http.Header
	made   int64 // Unix time
}

func (m *head) encode() ([]byte, bool) {
	b := fmt.Appendf(nil, "%d %d\n", m.status, m.made)
	for name, values := range m.header {
		for _, value := range values {
			if strings.ContainsAny(name+value, "\r\n") || strings.Contains(name, ":") {
				return nil, false
			}
			b = append(append(append(append(b, name...), ':'), value...), '\n')
		}
	}
	return b, true
}

// decodeHead reads status and time, and puts the headers into h. What h has of this request's guards stands.
func decodeHead(text string, h http.Header) (status int, made int64) {
	line, rest, _ := strings.Cut(text, "\n")
	first, second, _ := strings.Cut(line, " ")
	status, _ = strconv.Atoi(first)
	made, _ = strconv.ParseInt(second, 10, 64)
	all := make([]string, 0, strings.Count(rest, "\n"))
	taken := "" // the header whose lines are taken
	for rest != "" {
		line, rest, _ = strings.Cut(rest, "\n")
		name, value, _ := strings.Cut(line, ":")
		switch {
		case name == taken:
			h[name] = append(h[name], value)
		case h[name] == nil || name == "Vary":
			all, taken = append(all, value), name
			h[name] = all[len(all)-1 : len(all) : len(all)]
		default:
			taken = ""
		}
	}
	return status, made
}

// perAnswer are headers of one connection or one answer.
var perAnswer = []string{"Connection", "Keep-Alive", "Transfer-Encoding", "Trailer", "Upgrade", "Date", "Content-Length", "X-Request-Id", "Age"}

// keepable reports whether an answer may be shown to others.
func keepable(a dewar.Answer) bool {
	switch a.Status {
	case http.StatusOK, http.StatusMovedPermanently, http.StatusPermanentRedirect, http.StatusNotFound:
	default:
		return false
	}
	control := strings.ToLower(strings.Join(a.Header["Cache-Control"], ","))
	return a.Whole && !a.Personal && a.Header["Set-Cookie"] == nil && a.Header["Trailer"] == nil &&
		!strings.Contains(control, "no-store") && !strings.Contains(control, "private") && !strings.Contains(control, "no-cache")
}

// keep keeps the answer of a request if it may be kept, and reports whether it did. What
// guards had set, such as the origin that may read it or what is left of a limit, is for
// that request alone: they set theirs for each.
func (v *view) keep(ctx context.Context, r *http.Request, key string, tokens [][]byte, guards http.Header, a dewar.Answer) bool {
	names, ok := varies(a.Header)
	if !ok || !keepable(a) || len(a.Body) > v.entries.maxValue {
		return false
	}
	h := maps.Clone(a.Header)
	for _, name := range perAnswer {
		delete(h, name)
	}
	maps.DeleteFunc(h, func(name string, values []string) bool { return name != "Vary" && slices.Equal(values, guards[name]) })
	if h["Etag"] == nil && h["Cache-Control"] == nil && a.Status == http.StatusOK && len(a.Body) > 0 {
		sum := sha256.Sum256(a.Body) // as the app does for an answer without one, so that it does it once
		h["Etag"] = []string{`"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`}
	}
	m := head{a.Status, h, time.Now().Unix()}
	meta, ok := m.encode()
	if !ok {
		return false
	}
	page := binary.BigEndian.AppendUint32([]byte{markPage}, uint32(len(meta))) //nolint:gosec // headers are bounded
	page = append(append(page, meta...), a.Body...)
	ctx = context.WithoutCancel(ctx)
	var err error
	if len(names) > 0 {
		varied, ok := variedKey(key, names, r)
		if !ok {
			return false
		}
		err = v.set(ctx, key, tokens, append([]byte{markVary}, strings.Join(names, ",")...))
		key = varied
	}
	if err == nil {
		err = v.set(ctx, key, tokens, page)
	}
	if err != nil {
		v.entries.log.LogAttrs(ctx, slog.LevelWarn, "a cache could not keep a page", slog.String("error", err.Error()))
	}
	return err == nil
}

func (v *view) set(ctx context.Context, key string, tokens [][]byte, data []byte) error {
	p := v.place(key)
	b, kept := v.entries.encode(p, tokens, data, false)
	if b == nil {
		return errLarge
	}
	return v.entries.store.Set(ctx, p.entry, b, kept)
}

// answer is the answer that was kept, with its age; 304 for a client that has it.
func (v *view) answer(c *dewar.Context, page []byte) error {
	n := int(binary.BigEndian.Uint32(page[1:]))
	h := c.Writer().Header()
	status, made := decodeHead(string(page[5:5+n]), h)
	h["Age"] = []string{strconv.FormatInt(max(time.Now().Unix()-made, 0), 10)}
	if etag, ok := strings.CutPrefix(h.Get("Etag"), `"`); ok && status == http.StatusOK {
		var modified time.Time
		if text := h.Get("Last-Modified"); text != "" {
			modified, _ = http.ParseTime(text)
		}
		if c.NotModified(strings.TrimSuffix(etag, `"`), modified) {
			return nil
		}
	}
	return c.Status(status).Bytes(h.Get("Content-Type"), page[5+n:])
}
