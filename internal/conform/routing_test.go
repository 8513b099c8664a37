package main

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"
)

// TestRoutingVectors replays what the real Werkzeug answered; see
// routing/testdata/vectors.py.
func TestRoutingVectors(t *testing.T) {
	data, err := os.ReadFile("../../routing/testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var groups []struct {
		Name             string
		Map, Rules, Bind json.RawMessage
		Calls            []struct {
			Kind         string
			Call, Answer json.RawMessage
		}
	}
	if err := json.Unmarshal(data, &groups); err != nil {
		t.Fatal(err)
	}
	calls := 0
	for _, g := range groups {
		t.Run(g.Name, func(t *testing.T) {
			for _, c := range g.Calls {
				calls++
				request, err := json.Marshal(map[string]any{"kind": c.Kind, "map": g.Map, "rules": g.Rules, "bind": g.Bind, "call": c.Call})
				if err != nil {
					t.Fatal(err)
				}
				text, err := json.Marshal(serve(request))
				if err != nil {
					t.Fatal(err)
				}
				if got, want := decoded(t, text), decoded(t, c.Answer); !sameAnswer(got, want) {
					t.Errorf("%s %s\n got %s\nwant %s", c.Kind, c.Call, text, c.Answer)
				}
			}
		})
	}
	if calls < 13000 {
		t.Errorf("only %d calls", calls)
	}
}

// sameAnswer compares two answers. Only ValueError and BuildError have texts
// that Werkzeug defines.
func sameAnswer(got, want map[string]any) bool {
	if want["exception"] != nil && want["message"] == nil {
		delete(got, "message")
	}
	return reflect.DeepEqual(got, want)
}

func decoded(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
