CREATE TABLE orders.order_lines (
  order_id bigint NOT NULL REFERENCES orders.orders (id),
  position integer NOT NULL,
  sku text NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  price_cents integer NOT NULL,
  PRIMARY KEY (order_id, position)
);
