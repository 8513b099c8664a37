package db

import (
	"slices"
	"testing"
)

func TestUpStatements(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
		half       bool
	}{
		{name: "one", text: "-- +goose Up\nCREATE TABLE a (\n  id INT\n);\n-- +goose Down\nDROP TABLE a;\nDROP TABLE b;\n",
			want: []string{"CREATE TABLE a (\n  id INT\n);"}},
		{name: "two tables", text: "-- +goose Up\nCREATE TABLE a (id INT);\n\nCREATE TABLE b (id INT); -- and why\n",
			want: []string{"CREATE TABLE a (id INT);", "CREATE TABLE b (id INT); -- and why"}, half: true},
		{name: "rows only", text: "-- +goose Up\nINSERT INTO a VALUES (1);\nupdate a SET b = 2;\n",
			want: []string{"INSERT INTO a VALUES (1);", "update a SET b = 2;"}},
		{name: "table and rows", text: "-- +goose Up\nALTER TABLE a ADD b INT;\nUPDATE a SET b = 1;\n",
			want: []string{"ALTER TABLE a ADD b INT;", "UPDATE a SET b = 1;"}, half: true},
		{name: "block", text: "-- a comment\n-- +goose Up\n-- +goose StatementBegin\nCREATE TRIGGER t\nBEGIN\n  SELECT 1;\nEND;\n-- +goose StatementEnd\n",
			want: []string{"CREATE TRIGGER t\nBEGIN\n  SELECT 1;\nEND;"}},
		{name: "no semicolon at the end", text: "-- +goose Up\nSELECT 1", want: []string{"SELECT 1"}},
		{name: "nothing", text: "-- +goose Up\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := upStatements(tt.text)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q\nwant %q", got, tt.want)
			}
			if half := len(got) > 1 && slices.ContainsFunc(got, commitsByItself); half != tt.half {
				t.Errorf("could be left half-done: %v", half)
			}
		})
	}
}

func FuzzUpStatements(f *testing.F) {
	f.Add("-- +goose Up\nSELECT 1;\n")
	f.Add("-- +goose StatementBegin")
	f.Fuzz(func(t *testing.T, text string) {
		for _, s := range upStatements(text) {
			if s == "" {
				t.Fatal("an empty statement")
			}
		}
	})
}
