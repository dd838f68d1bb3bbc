CREATE SUBSCRIPTION subscription_options_kept CONNECTION 'host=elsewhere dbname=nowhere password=''other secret''' PUBLICATION p, "Odd one" WITH (connect = false, slot_name = NONE, enabled = false, binary = true, synchronous_commit = local);
CREATE SUBSCRIPTION subscription_options_fresh CONNECTION 'postgresql://u:hush@localhost/nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE, enabled = false, streaming = on);
COMMENT ON SUBSCRIPTION subscription_options_kept IS 'after';
