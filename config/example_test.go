package config_test

import (
	"fmt"
	"os"

	"github.com/dewar-go/dewar/config"
)

func ExampleLoad() {
	type Settings struct {
		PageSize int `default:"20"`
		Mail     struct{ Server string }
		APIKey   config.Secret
	}
	os.Setenv("BLOG_MAIL_SERVER", "smtp.example.com")
	os.Setenv("BLOG_API_KEY", "hunter2")
	var s Settings
	err := config.Load(&s, config.Options{Prefix: "BLOG_", Dir: "testdata"})
	fmt.Println(s.PageSize, s.Mail.Server, s.APIKey, err)
	// Output: 20 smtp.example.com [secret] <nil>
}
