package forms

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // Image reads the dimensions of these
	_ "image/jpeg" // kinds of images
	_ "image/png"
	"io"
	"slices"
	"strings"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/secure"
)

// Files returns the files that were sent to a FileField or MultipleFileField. They are gone when the request ends; one
// is kept with package uploads:
//
//	stored, err := pictures.Save(c, form.Field("picture").Files()[0])
func (f *BoundField) Files() []*dewar.Upload { return f.files }

// ReadOnly makes a field show its value and never take one that was sent (WTForms 3.1).
type ReadOnly struct{}

// Check implements [Check].
func (ReadOnly) Check(*Form, *BoundField) error { return nil }

// Disabled makes a field show its value and never take one that was sent (WTForms 3.1).
type Disabled struct{}

// Check implements [Check].
func (Disabled) Check(*Form, *BoundField) error { return nil }

// FileRequired checks that a file was sent.
type FileRequired struct{ Message string }

// Check implements [Check].
func (c FileRequired) Check(form *Form, field *BoundField) error {
	if len(field.files) > 0 {
		return nil
	}
	return Stop("required", cmp.Or(c.Message, form.gettext("This field is required.")))
}

// FileAllowed checks the ending of each file's name, and that its content is of the kind that the ending says
// ([secure.FileType]).
type FileAllowed struct {
	// Endings are those that are allowed, with or without the dot: "png".
	Endings []string
	Message string
}

// Check implements [Check].
func (c FileAllowed) Check(form *Form, field *BoundField) error {
	for _, file := range field.files {
		if !c.allows(file) {
			text := strings.ReplaceAll(form.gettext("File does not have an approved extension: {extensions}"), "{extensions}", strings.Join(c.Endings, ", "))
			return Stop("file_allowed", cmp.Or(c.Message, text))
		}
		if !isWhatItSays(file) {
			return Stop("file_content", cmp.Or(c.Message, form.gettext("The file is not what its name says.")))
		}
	}
	return nil
}

func (c FileAllowed) allows(file *dewar.Upload) bool {
	name := strings.ToLower(file.Filename)
	return slices.ContainsFunc(c.dotted(), func(ending string) bool { return strings.HasSuffix(name, ending) })
}

// dotted are the endings with the dot.
func (c FileAllowed) dotted() []string {
	list := make([]string, len(c.Endings))
	for i, ending := range c.Endings {
		list[i] = "." + strings.TrimPrefix(ending, ".")
	}
	return list
}

// isWhatItSays reports whether the beginning of a file is of the kind that its name says.
func isWhatItSays(file *dewar.Upload) bool {
	src, err := file.Open()
	if err != nil {
		return false
	}
	defer src.Close()
	head := make([]byte, min(secure.FileHead, file.Size))
	if _, err := io.ReadFull(src, head); err != nil {
		return false
	}
	_, err = secure.FileType(file.Filename, head)
	return err == nil
}

// FileSize bounds the size of each file.
type FileSize struct {
	Min, Max int64 // in bytes; a Max of 0 is no bound
	Message  string
}

// Check implements [Check].
func (c FileSize) Check(form *Form, field *BoundField) error {
	for _, file := range field.files {
		if file.Size < c.Min || c.Max > 0 && file.Size > c.Max {
			text := cmp.Or(c.Message, form.gettext("File must be between {min_size} and {max_size} bytes."))
			return Fail("file_size", strings.NewReplacer("{min_size}", fmt.Sprint(c.Min), "{max_size}", fmt.Sprint(c.Max)).Replace(text))
		}
	}
	return nil
}

// FileCount bounds the number of files.
type FileCount struct {
	Min, Max int // a Max of 0 is no bound
	Message  string
}

// Check implements [Check].
func (c FileCount) Check(form *Form, field *BoundField) error {
	n := len(field.files)
	text := rangeText(c.Min != 0, c.Max != 0, "Choose between %(min)d and %(max)d files.",
		"Choose at least %(min)d files.", "Choose at most %(max)d files.")
	return form.unless(n >= c.Min && (c.Max == 0 || n <= c.Max), "file_count", c.Message, text, "min", c.Min, "max", c.Max)
}

// Image checks that each file is a picture (GIF, JPEG or PNG) and bounds its width and height. Only the head of the file
// is decoded.
type Image struct {
	MaxWidth, MaxHeight int // in pixels; 0 is no bound
	Message             string
}

// Check implements [Check].
func (c Image) Check(form *Form, field *BoundField) error {
	for _, file := range field.files {
		config, err := imageConfig(file)
		switch {
		case err != nil:
			return form.unless(false, "image", c.Message, "The file is no image.")
		case c.MaxWidth > 0 && config.Width > c.MaxWidth || c.MaxHeight > 0 && config.Height > c.MaxHeight:
			return form.unless(false, "image_size", c.Message, "The image must be at most %(width)d by %(height)d pixels large.",
				"width", c.MaxWidth, "height", c.MaxHeight)
		}
	}
	return nil
}

func imageConfig(file *dewar.Upload) (image.Config, error) {
	src, err := file.Open()
	if err != nil {
		return image.Config{}, err
	}
	defer src.Close()
	config, _, err := image.DecodeConfig(io.LimitReader(src, 1<<20))
	if err == nil && (config.Width <= 0 || config.Height <= 0) {
		err = errors.New("forms: an image without pixels")
	}
	return config, err
}
