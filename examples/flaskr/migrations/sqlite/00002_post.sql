-- +goose Up
CREATE TABLE post (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  author_id INTEGER NOT NULL REFERENCES "user" (id),
  created TIMESTAMP NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX post_created ON post (created, id);

-- +goose Down
DROP TABLE post;
