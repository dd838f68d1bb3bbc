DROP TABLE orders.order_lines;
