package secure_test

import (
	"net/http"
	"testing"

	"github.com/dewar-go/dewar/secure"
)

func TestBearerToken(t *testing.T) {
	for header, want := range map[string]string{
		"bearer  abc.def": "abc.def", "Bearer x": "x", "BEARER x ": "x",
		"": "", "Bearer": "", "Bearer ": "", "Basic YWRhOmx2bGM=": "", "x": "",
	} {
		token, ok := secure.BearerToken(&http.Request{Header: http.Header{"Authorization": {header}}})
		if token != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", header, token, ok)
		}
	}
}
