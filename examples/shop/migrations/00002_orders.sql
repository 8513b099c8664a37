-- +goose Up
CREATE TABLE orders (
  id VARCHAR(26) PRIMARY KEY,
  product_id BIGINT NOT NULL REFERENCES product (id),
  quantity INTEGER NOT NULL,
  total BIGINT NOT NULL,
  name VARCHAR(80) NOT NULL,
  email VARCHAR(120) NOT NULL,
  placed BIGINT NOT NULL
);

-- +goose Down
DROP TABLE orders;
