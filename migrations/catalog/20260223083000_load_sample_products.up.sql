INSERT INTO catalog.categories (name) VALUES ('Paper'), ('Pens'), ('Desks'), ('Lamps');

INSERT INTO catalog.products (sku, name, price_cents, category_id)
SELECT 'SKU-' || lpad(n::text, 5, '0'), 'Product ' || n, 199 + (n * 37) % 9800, 1 + n % 4
FROM generate_series(1, 5000) AS n;
