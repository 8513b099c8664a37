-- +goose Up
CREATE TABLE profile (
  account TEXT PRIMARY KEY,
  name TEXT NOT NULL
);

-- +goose Down
DROP TABLE profile;
