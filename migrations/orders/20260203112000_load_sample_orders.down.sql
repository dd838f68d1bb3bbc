DELETE FROM orders.orders WHERE customer_id IN (SELECT id FROM orders.customers WHERE email LIKE 'customer-%@example.test');
DELETE FROM orders.customers WHERE email LIKE 'customer-%@example.test';
