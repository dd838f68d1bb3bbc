ALTER TABLE orders.orders ALTER COLUMN total_cents TYPE integer;
