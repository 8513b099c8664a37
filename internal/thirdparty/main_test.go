package thirdparty

import (
	"os"
	"testing"
)

// TestMain lets the test binary be the program that some tests start.
func TestMain(m *testing.M) {
	if os.Getenv("DEWAR_TEST_SHOP") != "" {
		os.Exit(shop())
	}
	os.Exit(m.Run())
}
