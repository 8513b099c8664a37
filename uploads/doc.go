// Package uploads keeps the files that users send. It checks their size and kind and stores them outside of the served
// folders, under names of its own.
//
// # Use
//
// A [Store] is an extension of an app:
//
//	var pictures = uploads.New(uploads.Options{Endings: []string{".png", ".jpg"}})
//	app.Extend(pictures)
//
//	func upload(c *dewar.Context) error {
//		file, err := c.FormFile("picture")
//		…
//		stored, err := pictures.Save(c, file)
//
// and [Store.Serve] answers with one.
//
// # What is checked
//
// The name's ending must be allowed, the content of the kind that it says, the
// size within its bound, and whatever [Options].Inspect finds out. The folder must
// lie apart from static files and templates, or the app does not start. What is
// refused is an upload_validation event, what is kept an upload_stored.
package uploads
