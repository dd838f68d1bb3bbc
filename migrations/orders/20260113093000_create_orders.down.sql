DROP TABLE orders.orders;
DROP TABLE orders.customers;
DROP SCHEMA orders;
