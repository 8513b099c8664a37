-- +goose Up
INSERT INTO product (id, name, about, price, stock) VALUES
  (1, 'Flask', 'Holds half a litre. Keeps nothing warm.', 900, 40),
  (2, 'Dewar', 'Holds a litre between two walls with nothing between them. What goes in cold comes out cold.', 3400, 12),
  (3, 'Stopper', 'Cork. Fits both.', 150, 3);

-- +goose Down
DELETE FROM product;
