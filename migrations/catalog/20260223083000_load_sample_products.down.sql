DELETE FROM catalog.products WHERE sku LIKE 'SKU-%';
DELETE FROM catalog.categories WHERE name IN ('Paper', 'Pens', 'Desks', 'Lamps');
