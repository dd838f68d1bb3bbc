-- remade: policy changed on t
CREATE TABLE t (id int, owner text);
CREATE TABLE members (name text);
ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY kept ON t FOR SELECT TO corpus_reader, corpus_writer USING (owner = CURRENT_USER OR EXISTS (SELECT 1 FROM members m WHERE m.name = t.owner));
CREATE POLICY changed ON t AS RESTRICTIVE FOR UPDATE USING (id > 0);
CREATE POLICY "odd ""name"" of" ON t FOR INSERT WITH CHECK (id IN (SELECT length(name) FROM members));
CREATE POLICY rare ON t FOR DELETE TO corpus_owner USING (false);
COMMENT ON POLICY kept ON t IS 'members too';
CREATE TABLE u (a int);
ALTER TABLE u ENABLE ROW LEVEL SECURITY;
