-- dbmigrator: transaction=none
CREATE INDEX CONCURRENTLY orders_customer_idx ON orders.orders (customer_id, placed_at);
