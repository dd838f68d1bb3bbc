INSERT INTO orders.customers (email)
SELECT 'customer-' || n || '@example.test' FROM generate_series(1, 500) AS n;

INSERT INTO orders.orders (customer_id, status, total_cents, note, placed_at)
SELECT 1 + n % 500,
       (ARRAY['open', 'paid', 'shipped'])[1 + n % 3],
       500 + (n * 131) % 90000,
       CASE WHEN n % 7 = 0 THEN 'Leave at the door' END,
       timestamptz '2026-01-01 00:00:00+00' + n * interval '3 minutes'
FROM generate_series(1, 20000) AS n;
