package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin/binding"
	"github.com/go-playground/validator/v10"
	"github.com/gorilla/schema"
)

// newRequest makes the request that all read.
func newRequest() *http.Request {
	r, err := http.NewRequest(http.MethodPost, "http://localhost/", io.NopCloser(strings.NewReader(body)))
	if err != nil {
		panic(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.ContentLength = int64(len(body))
	return r
}

type ginForm struct {
	Email      string    `form:"email" binding:"required,email"`
	Password   string    `form:"password" binding:"required,min=8,max=200"`
	Name       string    `form:"name" binding:"required,max=80"`
	Age        int       `form:"age" binding:"required,min=18,max=120"`
	Birthday   time.Time `form:"birthday" time_format:"2006-01-02" time_utc:"1" binding:"required"`
	Country    string    `form:"country" binding:"oneof=at ch de"`
	Website    string    `form:"website" binding:"omitempty,url"`
	Bio        string    `form:"bio" binding:"max=500"`
	Newsletter string    `form:"newsletter"`
	Terms      string    `form:"terms" binding:"required"`
}

type gorillaForm struct {
	Email      string `schema:"email" validate:"required,email"`
	Password   string `schema:"password" validate:"required,min=8,max=200"`
	Name       string `schema:"name" validate:"required,max=80"`
	Age        int    `schema:"age" validate:"required,min=18,max=120"`
	Birthday   string `schema:"birthday" validate:"required,datetime=2006-01-02"`
	Country    string `schema:"country" validate:"oneof=at ch de"`
	Website    string `schema:"website" validate:"omitempty,url"`
	Bio        string `schema:"bio" validate:"max=500"`
	Newsletter string `schema:"newsletter"`
	Terms      string `schema:"terms" validate:"required"`
}

func peers() []contestant {
	nothing := func() error { newRequest(); return nil }
	decoder, checker := schema.NewDecoder(), validator.New()
	return []contestant{
		{"net/http, by hand", func() error {
			r := newRequest()
			if err := r.ParseForm(); err != nil {
				return err
			}
			var s signup
			if problem := s.read(r.PostForm.Get); problem != "" {
				return fmt.Errorf("%s", problem)
			}
			return nil
		}, nothing},
		{"gin's binding", func() error {
			var f ginForm
			if err := binding.Form.Bind(newRequest(), &f); err != nil || f.Age != 36 {
				return fmt.Errorf("age %d: %w", f.Age, err)
			}
			return nil
		}, nothing},
		{"gorilla/schema and validator", func() error {
			r := newRequest()
			if err := r.ParseForm(); err != nil {
				return err
			}
			var f gorillaForm
			if err := decoder.Decode(&f, r.PostForm); err != nil || f.Age != 36 {
				return fmt.Errorf("age %d: %w", f.Age, err)
			}
			return checker.Struct(&f)
		}, nothing},
	}
}
