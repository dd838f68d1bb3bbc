ALTER TABLE orders.orders DROP COLUMN cancelled_at;
