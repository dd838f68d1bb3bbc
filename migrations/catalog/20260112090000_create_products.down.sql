DROP TABLE catalog.products;
DROP SCHEMA catalog;
