-- dbmigrator: transaction=none
CREATE INDEX CONCURRENTLY products_name_idx ON catalog.products (lower(name));
