CREATE TABLE catalog.price_changes (
  product_id bigint NOT NULL REFERENCES catalog.products (id),
  old_cents integer NOT NULL,
  new_cents integer NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX price_changes_product_idx ON catalog.price_changes (product_id, changed_at);

CREATE FUNCTION catalog.record_price_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO catalog.price_changes (product_id, old_cents, new_cents)
  VALUES (NEW.id, OLD.price_cents, NEW.price_cents);
  RETURN NEW;
END;
$$;

CREATE TRIGGER record_price_change
AFTER UPDATE OF price_cents ON catalog.products
FOR EACH ROW WHEN (OLD.price_cents IS DISTINCT FROM NEW.price_cents)
EXECUTE FUNCTION catalog.record_price_change();
