package output

import "testing"

func TestEscapeFrom(t *testing.T) {
	for in, want := range map[string]string{"": "", "plain": "plain", `a<b>"c"`: "a&lt;b&gt;&#34;c&#34;", "&'": "&amp;&#39;"} {
		if got := string(EscapeFrom([]byte("<start>"+in), len("<start>"))); got != "<start>"+want {
			t.Errorf("%q: got %q", in, got)
		}
	}
}
