CREATE TABLE catalog.categories (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE
);

ALTER TABLE catalog.products ADD COLUMN category_id bigint;
ALTER TABLE catalog.products
  ADD CONSTRAINT products_category_fk FOREIGN KEY (category_id) REFERENCES catalog.categories (id) NOT VALID;
