package rawmarkup

import (
	"fmt"
	"html/template"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/markup"
)

type form struct {
	Body  string
	Count int
}

func view(c *dewar.Context) error {
	var f form
	if err := c.Bind(&f); err != nil {
		return err
	}
	_ = markup.HTML(f.Body)                                // want `DW702: what the visitor wrote becomes markup.HTML`
	_ = markup.HTML(fmt.Sprintf("<b>%s</b>", c.Form("x"))) // want `DW702: `
	_ = template.HTML("<b>" + c.Query("x"))                // want `DW702: what the visitor wrote becomes template.HTML`
	_ = markup.HTML(c.QueryValues().Get("x"))              // want `DW702: `
	_ = markup.HTML(fmt.Sprintf("<b>%d</b>", f.Count))
	_ = markup.HTML("<b>x</b>")
	_ = markup.Format("<b>%s</b>", c.Form("x"))
	rendered := render(c)
	_ = markup.HTML(rendered)
	return nil
}

func render(*dewar.Context) string { return "" }
