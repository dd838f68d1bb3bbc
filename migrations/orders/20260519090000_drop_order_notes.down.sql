ALTER TABLE orders.orders ADD COLUMN note text;
