package droppederror

import "github.com/dewar-go/dewar"

func view(c *dewar.Context) error {
	if c.Query("x") == "" {
		c.Redirect(dewar.Path("/")) // want `DW707: the error of Redirect is dropped`
	}
	dewar.Put(c) // want `DW707: the error of Put is dropped`
	c.Flash("saved")
	_ = c.Text("on purpose")
	return c.Render("a.html", nil)
}
