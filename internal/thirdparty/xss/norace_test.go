//go:build !race

package xss

const raceDetector = false
