package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"

	"github.com/dewar-go/dewar/bench/internal/process"
)

// A visit is what a browser that has been there before sends and gets.
type visit struct {
	cookie string
	header http.Header
	body   []byte // what differs between two answers taken out
	raw    []byte
}

var (
	linkNonces = regexp.MustCompile(`(<link rel="stylesheet"[^>]*?) nonce="[^"]*"`) // Dewar puts one there itself
	nonces     = regexp.MustCompile(`nonce="[^"]*"`)
	version    = regexp.MustCompile(`(site\.css)\?v=[0-9a-f]+`) // Dewar names the file's content
	tokens     = regexp.MustCompile(`name="csrf_token" value="[^"]*"`)
)

// see signs in where the case needs it and asks for the page.
func see(s *process.Server, c testCase) (v visit, err error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return v, err
	}
	client := &http.Client{Jar: jar}
	base, err := url.Parse(s.URL)
	if err != nil {
		return v, err
	}
	if c.session {
		if _, _, err := get(client, s.URL+"/login"); err != nil {
			return v, err
		}
		if _, _, err := get(client, s.URL+c.path); err != nil { // some set the token's cookie here
			return v, err
		}
	}
	v.header, v.raw, err = get(client, s.URL+c.path)
	if err != nil {
		return v, err
	}
	var cookies []string
	for _, cookie := range jar.Cookies(base) {
		cookies = append(cookies, cookie.Name+"="+cookie.Value)
	}
	v.cookie = strings.Join(cookies, "; ")
	v.body = linkNonces.ReplaceAll(v.raw, []byte("$1"))
	v.body = nonces.ReplaceAll(v.body, []byte(`nonce="N"`))
	v.body = tokens.ReplaceAll(v.body, []byte(`name="csrf_token" value="T"`))
	v.body = version.ReplaceAll(v.body, []byte("$1"))
	v.body = bytes.TrimSuffix(v.body, []byte("\n")) // a line break at the end is a matter of taste
	return v, nil
}

func get(client *http.Client, url string) (http.Header, []byte, error) {
	resp, err := client.Get(url)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %.200s", url, resp.Status, body)
	}
	return resp.Header, body, err
}

// compare says how an answer differs from Dewar's; the headers count where
// peers send the same.
func compare(ours, theirs visit, headers bool) error {
	if !bytes.Equal(ours.body, theirs.body) {
		at := 0
		for at < min(len(ours.body), len(theirs.body)) && ours.body[at] == theirs.body[at] {
			at++
		}
		from := max(0, at-60)
		return fmt.Errorf("the body differs at byte %d:\n%q\n%q", at, ours.body[from:min(len(ours.body), at+60)], theirs.body[from:min(len(theirs.body), at+60)])
	}
	if !headers {
		return nil
	}
	for _, pair := range [2][2]http.Header{{ours.header, theirs.header}, {theirs.header, ours.header}} {
		for name, values := range pair[0] {
			if name == "Date" || name == "Content-Type" || name == "Content-Length" {
				continue
			}
			if got := pair[1][name]; strings.Join(got, "|") != strings.Join(values, "|") {
				return fmt.Errorf("the header %s differs: %q and %q", name, values, got)
			}
		}
	}
	return nil
}
