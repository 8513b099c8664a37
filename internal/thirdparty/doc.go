// Package thirdparty holds the tests that need other people's packages, so that
// the root module needs none of them.
package thirdparty
