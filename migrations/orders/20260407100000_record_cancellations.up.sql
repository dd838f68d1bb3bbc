ALTER TABLE orders.orders ADD COLUMN cancelled_at timestamptz;
COMMENT ON COLUMN orders.orders.cancelled_at IS 'When the order was cancelled; null while it stands';
