package uploads_test

import (
	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/uploads"
)

func ExampleNew() {
	pictures := uploads.New(uploads.Options{Endings: []string{".png", ".jpg"}, MaxSize: 5 << 20})
	app := dewar.New(dewar.Config{})
	app.Extend(pictures)
	app.Post("/pictures", func(c *dewar.Context) error {
		file, err := c.FormFile("picture")
		if err != nil {
			return err
		}
		stored, err := pictures.Save(c, file) // 413, 415 or 422 for what is refused
		if err != nil {
			return err
		}
		return c.Status(201).JSON(stored)
	}).MaxBody(6 << 20)
	app.Get("/pictures/<name>", func(c *dewar.Context) error {
		return pictures.Serve(c, c.Str("name"), "picture", true)
	}).Name("picture")
}
