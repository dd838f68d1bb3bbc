CREATE SUBSCRIPTION subscription_options_kept CONNECTION 'host=localhost dbname=nowhere password=secret' PUBLICATION p WITH (connect = false, slot_name = NONE, enabled = false);
CREATE SUBSCRIPTION subscription_options_gone CONNECTION 'host=localhost' PUBLICATION p WITH (connect = false, slot_name = NONE, enabled = false);
