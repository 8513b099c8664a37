package forms_test

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/dewartest"
	"github.com/dewar-go/dewar/forms"
	"github.com/dewar-go/dewar/uploads"
)

type album struct {
	Title   string          `form:"title" check:"required"`
	Cover   *dewar.Upload   `form:"cover" check:"required, file_allowed(png, jpg), file_size(5000, 10), image(40, 30)"`
	Picture []*dewar.Upload `form:"pictures" check:"file_allowed(png), file_count(max=2)"`
}

// file is one part of a multipart body.
type file struct{ field, name, content string }

func multipartRequest(t *testing.T, client *dewartest.Client, files ...file) *http.Request {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	if err := w.WriteField("title", "t"); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		part, err := w.CreateFormFile(f.field, f.name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write([]byte(f.content))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r := client.NewRequest("POST", "/", &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return r
}

func picture(t *testing.T, width, height int) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestFiles: the name's ending, the content, the size, the dimensions and the number are checked.
func TestFiles(t *testing.T) {
	small := picture(t, 40, 30)
	var form *forms.FormOf[album]
	client := app(t, "{{ form.cover }}", func(c *dewar.Context, f *forms.FormOf[album]) error {
		form = f
		f.Valid()
		return f.Render("page.html", nil)
	})
	for _, row := range []struct {
		name  string
		files []file
		want  []string
	}{
		{"none", nil, []string{"cover:required"}},
		{"an empty part", []file{{"cover", "", ""}}, []string{"cover:required"}},
		{"fits", []file{{"cover", "a.PNG", small}, {"pictures", "a.png", small}, {"pictures", "b.png", small}}, nil},
		{"ending", []file{{"cover", "a.gif", small}}, []string{"cover:file_allowed"}},
		{"content", []file{{"cover", "a.jpg", small}}, []string{"cover:file_content"}},
		{"a page", []file{{"cover", "a.png", "<html>" + strings.Repeat(" ", 100)}}, []string{"cover:file_content"}},
		{"dimensions", []file{{"cover", "a.png", picture(t, 41, 30)}}, []string{"cover:image_size"}},
		{"cut", []file{{"cover", "a.png", small[:20]}}, []string{"cover:image"}},
		{"number", []file{{"cover", "a.png", small}, {"pictures", "a.png", small}, {"pictures", "b.png", small}, {"pictures", "c.png", small}}, []string{"pictures:file_count"}},
		{"size", []file{{"cover", "a.png", small + strings.Repeat(" ", 5000)}}, []string{"cover:file_size"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			page := client.Do(multipartRequest(t, client, row.files...))
			if got := codes(form.Errors()); !slices.Equal(got, row.want) {
				t.Errorf("%v, want %v", form.Errors(), row.want)
			}
			if !strings.Contains(page.Text, `accept=".png,.jpg"`) {
				t.Error(page.Text)
			}
		})
	}
	if len(form.Data.Picture) != 0 || form.Data.Cover == nil {
		t.Errorf("%+v", form.Data)
	}
}

// TestStoredFileMeetsRequired: on an edit the file that is there already is enough.
func TestStoredFileMeetsRequired(t *testing.T) {
	var form *forms.FormOf[album]
	client := app(t, "", func(c *dewar.Context, f *forms.FormOf[album]) error {
		form = f
		f.Valid()
		return c.NoContent()
	}, forms.Options{From: map[string]any{"cover": "stored.png"}})
	client.Do(multipartRequest(t, client))
	if len(form.Errors()) > 0 {
		t.Error(form.Errors())
	}
}

// TestFilesGoToUploads in one line.
func TestFilesGoToUploads(t *testing.T) {
	store := uploads.New(uploads.Options{Dir: t.TempDir(), Endings: []string{".png"}})
	a := dewar.New(dewar.Config{})
	a.Extend(store)
	a.Post("/", func(c *dewar.Context) error {
		form := forms.New[album](c)
		if !form.Valid() {
			return form.Err()
		}
		stored, err := store.Save(c, form.Data.Cover)
		if err != nil {
			return err
		}
		return c.Text(stored.Type)
	})
	client := dewartest.New(t, a)
	if r := client.Do(multipartRequest(t, client, file{"cover", "a.png", picture(t, 1, 1)})); r.Text != "image/png" {
		t.Errorf("%d %s", r.Status, r.Text)
	}
}

// TestFileIsChosenAgain: browsers keep no file of a form that is shown again, and forms/fields.html says so.
func TestFileIsChosenAgain(t *testing.T) {
	a := dewar.New(dewar.Config{TemplateFolders: []dewar.TemplateFolder{{FS: forms.Templates}},
		Templates: fstest.MapFS{"page.html": {Data: []byte("{% import 'forms/fields.html' as fields %}{{ fields.show(form) }}")}}})
	a.Post("/", func(c *dewar.Context) error {
		form := forms.New[album](c)
		if form.Valid() && c.Query("taken") != "" {
			form.AddError("title", "unique", "")
		}
		return form.Render("page.html", nil)
	})
	client := dewartest.New(t, a)
	for target, lost := range map[string]bool{"/": false, "/?taken=1": true} {
		r := multipartRequest(t, client, file{"cover", "a.png", picture(t, 4, 3)})
		r.URL.RawQuery = strings.TrimPrefix(target, "/?")
		page := client.Do(r).Text
		if strings.Contains(page, `<p class="form-help" id="cover-help"> Please choose the file again.</p>`) != lost ||
			strings.Contains(page, `<input accept=".png,.jpg" aria-describedby="cover-help" id="cover"`) != lost || strings.Contains(page, "pictures-help") {
			t.Errorf("%s:\n%s", target, page)
		}
	}
}
