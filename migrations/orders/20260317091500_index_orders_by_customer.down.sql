-- dbmigrator: transaction=none
DROP INDEX CONCURRENTLY orders.orders_customer_idx;
