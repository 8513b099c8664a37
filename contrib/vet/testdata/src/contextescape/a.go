package contextescape

import (
	"sync"
	"time"

	"github.com/dewar-go/dewar"
)

var (
	last  *dewar.Context
	queue = make(chan *dewar.Context, 1)
)

func view(c *dewar.Context) error {
	go func() { _ = c.Query("x") }()                   // want `DW710: the Context is used after`
	go dewar.Put(c)                                    // want `DW710: `
	time.AfterFunc(time.Second, func() { c.Text("") }) // want `DW710: `
	last = c                                           // want `DW710: `
	queue <- c                                         // want `DW710: `
	name := c.Query("x")
	go func() { _ = name }()
	go func(own *dewar.Context) { _ = own }(nil)
	again := c
	return again.Text("")
}

func waits(c *dewar.Context) error {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() { defer wg.Done(); _ = c.Query("x") }()
	wg.Wait()
	return nil
}

func reads(c *dewar.Context) error {
	done := make(chan string, 1)
	go func() { done <- c.Query("x") }()
	return c.Text(<-done)
}
