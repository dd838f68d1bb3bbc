ALTER TABLE catalog.products
  ADD CONSTRAINT products_name_not_blank CHECK (btrim(name) <> '') NOT VALID;
ALTER TABLE catalog.products VALIDATE CONSTRAINT products_name_not_blank;
