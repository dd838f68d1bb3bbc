ALTER TABLE orders.orders DROP COLUMN note;
