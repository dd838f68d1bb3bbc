ALTER TABLE catalog.products DROP CONSTRAINT products_category_fk;
ALTER TABLE catalog.products DROP COLUMN category_id;
DROP TABLE catalog.categories;
