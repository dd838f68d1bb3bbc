CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER event_trigger_kept ON ddl_command_end EXECUTE FUNCTION f();
ALTER EVENT TRIGGER event_trigger_kept DISABLE;
CREATE EVENT TRIGGER event_trigger_tagged ON ddl_command_start WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION f();
ALTER EVENT TRIGGER event_trigger_tagged ENABLE ALWAYS;
CREATE EVENT TRIGGER event_trigger_rewrite ON table_rewrite EXECUTE FUNCTION f();
COMMENT ON EVENT TRIGGER event_trigger_kept IS 'off';
