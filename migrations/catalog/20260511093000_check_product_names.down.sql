ALTER TABLE catalog.products DROP CONSTRAINT products_name_not_blank;
