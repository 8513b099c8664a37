-- +goose Up
CREATE TABLE product (
  id BIGINT PRIMARY KEY,
  name VARCHAR(80) NOT NULL,
  about TEXT NOT NULL,
  price BIGINT NOT NULL,
  stock INTEGER NOT NULL CHECK (stock >= 0)
);

-- +goose Down
DROP TABLE product;
