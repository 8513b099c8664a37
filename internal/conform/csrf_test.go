package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestCSRFTokenLoad(t *testing.T) {
	const token = ".eJxTMjA0MjYxNTO3sExMSk5JTcPFVwIA4koKpQ.ZVPxAA.ds9pCujVnhfk7tbxQAYms-MiEis"
	for _, row := range []struct{ name, request, want string }{
		{"good", `{"kind":"csrf_token_load","secrets":["dev-secret-key"],"token":"` + token + `","now":1700000010}`,
			`{"result":"0123456789abcdef0123456789abcdef01234567"}`},
		{"older key", `{"kind":"csrf_token_load","secrets":["dev-secret-key","newest-key"],"token":"` + token + `","now":1700000010}`,
			`{"result":"0123456789abcdef0123456789abcdef01234567"}`},
		{"expired", `{"kind":"csrf_token_load","secrets":["dev-secret-key"],"token":"` + token + `","now":1700003601}`,
			`"exception":"SignatureExpired"`},
		{"no limit", `{"kind":"csrf_token_load","secrets":["dev-secret-key"],"token":"` + token + `","now":1800000000,"max_age":null}`,
			`{"result":"0123456789abcdef0123456789abcdef01234567"}`},
		{"other key", `{"kind":"csrf_token_load","secrets":["other"],"token":"` + token + `","now":1700000010}`,
			`"exception":"BadSignature"`},
		{"no token", `{"kind":"csrf_token_load","secrets":["other"],"token":"","now":1700000010}`,
			`"exception":"BadSignature"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := run(strings.NewReader(row.request+"\n"), &out); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(out.String(), row.want) {
				t.Errorf("%s, want %s", out.String(), row.want)
			}
		})
	}
}
