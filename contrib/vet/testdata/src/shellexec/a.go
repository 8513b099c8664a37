package shellexec

import (
	"os/exec"
	"strconv"

	"github.com/dewar-go/dewar"
)

func view(c *dewar.Context, page int) error {
	name := c.Form("file")
	_ = exec.Command("sh", "-c", "convert "+name).Run()                         // want `DW703: a shell reads`
	_ = exec.CommandContext(c.Context(), "/bin/bash", "-c", c.Query("x")).Run() // want `DW703: a shell reads`
	_ = exec.Command(name, "x").Run()                                           // want `DW703: the visitor chooses the program`
	_ = exec.Command("git", "log", name).Run()                                  // want `DW703: git takes what the visitor wrote for an option`
	_ = exec.Command("git", "log", "--", name).Run()
	_ = exec.Command("sh", "-c", "date").Run()
	_ = exec.Command("pdftotext", name).Run()
	_ = exec.Command("sh", "-c", "sleep "+strconv.Itoa(page)).Run()
	return nil
}
