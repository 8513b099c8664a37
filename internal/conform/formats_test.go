package main

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// TestFormats asks the driver as a replay does: with the vectors of the real
// libraries, and with one case of each answer.
func TestFormats(t *testing.T) {
	const key = `"secrets":["dewar-secret-key"],"now":1700000000`
	for name, row := range map[string]struct{ request, want string }{
		"session load": {
			`{"kind":"session_load",` + key + `,"max_age":2678400,"cookie":".eJx1irsKwjAYRl8lfHPAXKqW0BacnBSHTl6QBDMmlZKIUPLu_s3ucg4czoLn28_BRh8TTJqz53AwCxgRh0vbo3C8aiFipIHJhp2nD1NCaaaUkdoowY6ncV1DXYno3PDtNm5Ya7TBU7pO9yyEd-BI9SPeJIfFg6ZcExFS6Wa727f_jFJ-OIIvxg.ZVPxAA.v6leG-g8Cjxitijj0AMiogiMap8"}`,
			`{"result":{"_permanent":true,"b":{"$bytes":"\u0000ÿ"},"d":{"$datetime":"2023-11-14T22:13:20Z"},"m":{"$markup":"<b>x</b>"},"name":"Zoë","t":{"$tuple":[1,"a"]},"u":{"$uuid":"12345678-1234-5678-1234-567812345678"}}}`,
		},
		"session of an older key": {
			`{"kind":"session_load","secrets":["old-key-1","old-key-2","dewar-secret-key"],"cookie":"eyJ1c2VyX2lkIjo0Mn0.ZVPxAA.R4lA6dRNVyicNFIo_elwwFQn2jw","now":1700000000,"max_age":0}`,
			`{"result":{"user_id":42}}`,
		},
		"session forged":    {`{"kind":"session_load",` + key + `,"cookie":"eyJ1c2VyX2lkIjo0Mn0.ZVPxAA.x"}`, `{"exception":"BadSignature","message":"Signature b'x' does not match","payload":"eyJ1c2VyX2lkIjo0Mn0"}`},
		"session expired":   {`{"kind":"session_load","secrets":["dewar-secret-key"],"now":1700000011,"max_age":10,"cookie":"eyJ1c2VyX2lkIjo0Mn0.ZVPxAA.-tH7OcCoxu0r1uc10dCuChACI-c"}`, `{"exception":"SignatureExpired","message":"Signature age 11 > 10 seconds","payload":"eyJ1c2VyX2lkIjo0Mn0","date_signed":"2023-11-14T22:13:20Z"}`},
		"session malformed": {`{"kind":"session_load",` + key + `,"cookie":"x"}`, `{"exception":"BadSignature","message":"No b'.' found in value"}`},
		"session dump":      {`{"kind":"session_dump",` + key + `,"session":{"user_id":42}}`, `{"result":"eyJ1c2VyX2lkIjo0Mn0.ZVPxAA.-tH7OcCoxu0r1uc10dCuChACI-c"}`},
		"session dump tag":  {`{"kind":"session_dump",` + key + `,"session":{"tag":{" t":[1,2]}}}`, `{"result":"eyJ0YWciOnsiIGRpIjp7IiB0X18iOlsxLDJdfX19.ZVPxAA.fHIc_Lfhw90Pb0DQnULkqdyVR3g"}`},
		"session dump none": {`{"kind":"session_dump",` + key + `,"session":{}}`, `{"result":"e30.ZVPxAA.f3mmr7ThRJP1Q251IkLV5aDUR60"}`},
		"sign":              {`{"kind":"sign","class":"Signer",` + key + `,"value":"my string"}`, `{"result":"my string.LpPVzKRhmQFpS0hShzS3Z-yTsWU"}`},
		"sign bytes":        {`{"kind":"sign","class":"Signer",` + key + `,"value":{"$bytes":"my string"}}`, `{"result":{"$bytes":"my string.LpPVzKRhmQFpS0hShzS3Z-yTsWU"}}`},
		"sign time":         {`{"kind":"sign","class":"TimestampSigner",` + key + `,"value":"my string"}`, `{"result":"my string.ZVPxAA.9Em0w78gEKN41sF8ypbSMOR4Js0"}`},
		"sign list":         {`{"kind":"sign","class":"TimedSerializer",` + key + `,"value":[1,2,3]}`, `{"result":"[1, 2, 3].ZVPxAA.SQ4JEgGivoGdLKVWhIKfqUBluyg"}`},
		"sign in order":     {`{"kind":"sign","class":"URLSafeTimedSerializer",` + key + `,"value":{"id":1,"name":"Zoë"}}`, `{"result":"eyJpZCI6MSwibmFtZSI6Ilpvw6sifQ.ZVPxAA.UEujg1fJRDHOyla_ONBMmEnbkSY"}`},
		"sign salt":         {`{"kind":"sign","class":"URLSafeTimedSerializer",` + key + `,"salt":"activate","value":"user@example.com"}`, `{"result":"InVzZXJAZXhhbXBsZS5jb20i.ZVPxAA.KR_tTZ5n4NxqJf1ULo9nDl6aTjE"}`},
		"sign sha512":       {`{"kind":"sign","class":"URLSafeSerializer",` + key + `,"key_derivation":"hmac","digest":"sha512","value":{"a":1}}`, `{"result":"eyJhIjoxfQ.XLg_hNdm3jLwnKXZtCtQu7khQBlzQ7hVfyzLaX9UaUiRtU9beWOJ4Q40JZmKVMZ_UapuNXhctoZijr-BoYP3aw"}`},
		"unsign":            {`{"kind":"unsign","class":"Serializer",` + key + `,"value":"[1, 2, 3].F8uT-Zuv7TIf7ZwqiGPW3rTnx_c"}`, `{"result":[1,2,3]}`},
		"unsign time":       {`{"kind":"unsign","class":"TimestampSigner",` + key + `,"value":"my string.ZVPxAA.9Em0w78gEKN41sF8ypbSMOR4Js0","max_age":null,"return_timestamp":true}`, `{"result":{"$tuple":["my string",{"$datetime":"2023-11-14T22:13:20Z"}]}}`},
		"unsign bad time":   {`{"kind":"unsign","class":"TimestampSigner",` + key + `,"value":"other.ZVPxAA.9Em0w78gEKN41sF8ypbSMOR4Js0"}`, `{"exception":"BadTimeSignature","message":"Signature b'9Em0w78gEKN41sF8ypbSMOR4Js0' does not match","payload":"other","date_signed":"2023-11-14T22:13:20Z"}`},
		"fallback":          {`{"kind":"unsign","class":"Serializer",` + key + `,"digest":"sha512","fallback_signers":[{"digest":"sha1"}],"value":"[1, 2, 3].F8uT-Zuv7TIf7ZwqiGPW3rTnx_c"}`, `{"result":[1,2,3]}`},
		"separator":         {`{"kind":"sign","class":"Signer",` + key + `,"sep":"-","value":"x"}`, `{"exception":"ValueError","message":"The given separator cannot be used because it may be contained in the signature itself. ASCII letters, digits, and '-_=' must not be used."}`},
		"derivation":        {`{"kind":"sign","class":"Signer",` + key + `,"key_derivation":"invalid","value":"x"}`, `{"exception":"TypeError","message":"Unknown key derivation method"}`},
		"unknown class":     {`{"kind":"sign","class":"JSONWebSignatureSerializer",` + key + `,"value":"x"}`, `{"exception":"ValueError","message":"unknown class \"JSONWebSignatureSerializer\""}`},
		"password":          {`{"kind":"password_check","hash":"pbkdf2:sha256:1000$SALTSALTSALTSALTSALTSA$baabbb0b265ba89894ce0d98558b7961a45aedf5c8db34a733daecc52c579a87","password":"hunter2"}`, `{"result":true}`},
		"other password":    {`{"kind":"password_check","hash":"pbkdf2:sha256:1000$SALTSALTSALTSALTSALTSA$baabbb0b265ba89894ce0d98558b7961a45aedf5c8db34a733daecc52c579a87","password":"hunter3"}`, `{"result":false}`},
		"malformed hash":    {`{"kind":"password_check","hash":"x","password":"hunter3"}`, `{"result":false}`},
		"hash method":       {`{"kind":"password_hash","method":"sha256","password":"x"}`, `{"exception":"ValueError","message":"Invalid hash method 'sha256'."}`},
		"remember":          {`{"kind":"remember_load","secrets":["dev-secret-key"],"cookie":"42|cf6a941030c01fe68ae11447ca905966ea6772b13c055faa986999387c424d598784541f3880eeb92eb9fe8c1f03941b86d4f9a6e794fcf4104f8097991969a3"}`, `{"result":"42"}`},
		"remember forged":   {`{"kind":"remember_load","secrets":["dev-secret-key"],"cookie":"43|cf6a941030c01fe68ae11447ca905966ea6772b13c055faa986999387c424d598784541f3880eeb92eb9fe8c1f03941b86d4f9a6e794fcf4104f8097991969a3"}`, `{"result":null}`},
		"bad request":       {`{"kind":"sign","class":1}`, `{"exception":"BadRequest","message":"json: cannot unmarshal number into Go struct field formatRequest.Class of type string"}`},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := run(strings.NewReader(row.request+"\n"), &out); err != nil {
				t.Fatal(err)
			}
			var got, want any
			if err := json.Unmarshal(out.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(row.want), &want); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %swant %s", out.Bytes(), row.want)
			}
		})
	}
}

// TestPasswordHashRoundTrip hashes with each method and checks the result.
func TestPasswordHashRoundTrip(t *testing.T) {
	for method, prefix := range map[string]string{"scrypt": "scrypt:32768:8:1$", "pbkdf2:sha256:1000": "pbkdf2:sha256:1000$", "argon2id": "$argon2id$v=19$"} {
		a := serve([]byte(`{"kind":"password_hash","method":"` + method + `","password":"x"}`))
		hash, _ := a["result"].(string)
		if !strings.HasPrefix(hash, prefix) {
			t.Errorf("%s: %v", method, a)
		}
		quoted, _ := json.Marshal(hash)
		if a := serve([]byte(`{"kind":"password_check","hash":` + string(quoted) + `,"password":"x"}`)); a["result"] != true {
			t.Errorf("%s: %v", method, a)
		}
	}
}
