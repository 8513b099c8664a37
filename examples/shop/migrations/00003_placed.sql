-- +goose Up
CREATE INDEX orders_placed ON orders (placed);

-- +goose Down
DROP INDEX orders_placed;
