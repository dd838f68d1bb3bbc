DROP TRIGGER record_price_change ON catalog.products;
DROP FUNCTION catalog.record_price_change();
DROP TABLE catalog.price_changes;
