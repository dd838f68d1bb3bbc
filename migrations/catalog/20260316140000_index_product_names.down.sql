-- dbmigrator: transaction=none
DROP INDEX CONCURRENTLY catalog.products_name_idx;
