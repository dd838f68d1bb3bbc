CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER event_trigger_kept ON ddl_command_end EXECUTE FUNCTION f();
CREATE EVENT TRIGGER event_trigger_gone ON sql_drop EXECUTE FUNCTION f();
