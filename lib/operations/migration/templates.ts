/** A start for a new migration. Names in capitals are there to be replaced. */
export interface Template {
  /** Key of its name in messages/. */
  id: string;
  up: string;
  down: string | null;
}

/** Built-in starts, the most used first; each of them parses, and each down takes its up back. */
export const TEMPLATES: readonly Template[] = [
  { id: "blank", up: "", down: null },
  {
    id: "add_column",
    up: "-- A column without a default, or with a constant one, is added without rewriting the table.\nALTER TABLE my_table\n  ADD COLUMN my_column text;\n",
    down: "ALTER TABLE my_table\n  DROP COLUMN my_column;\n",
  },
  {
    id: "create_table",
    up: `CREATE TABLE my_table (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by text NOT NULL DEFAULT current_user,
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by text NOT NULL DEFAULT current_user
);

CREATE FUNCTION my_table_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := now();
  NEW.updated_by := current_user;
  RETURN NEW;
END
$$;

CREATE TRIGGER my_table_touch BEFORE UPDATE ON my_table
  FOR EACH ROW EXECUTE FUNCTION my_table_touch();
`,
    down: "DROP TABLE my_table;\nDROP FUNCTION my_table_touch();\n",
  },
  {
    id: "index_concurrently",
    up: "-- dbmigrator: transaction=none\n-- Built beside the running application: nothing waits for it. It cannot run in a transaction.\nCREATE INDEX CONCURRENTLY my_table_my_column_idx\n  ON my_table (my_column);\n",
    down: "-- dbmigrator: transaction=none\nDROP INDEX CONCURRENTLY IF EXISTS my_table_my_column_idx;\n",
  },
  {
    id: "foreign_key",
    up: "-- Added first without looking at the rows, then checked while others go on working.\nALTER TABLE my_table\n  ADD CONSTRAINT my_table_other_id_fk\n  FOREIGN KEY (other_id) REFERENCES other_table (id) NOT VALID;\n\nALTER TABLE my_table VALIDATE CONSTRAINT my_table_other_id_fk;\n",
    down: "ALTER TABLE my_table DROP CONSTRAINT my_table_other_id_fk;\n",
  },
  {
    id: "enum_value",
    up: "-- dbmigrator: transaction=none\n-- A new value may not be used in the transaction that adds it: use it in a later migration.\nALTER TYPE my_type ADD VALUE IF NOT EXISTS 'my_value';\n",
    down: null,
  },
  {
    id: "backfill",
    up: `-- dbmigrator: transaction=none
-- Fills in rounds of 5,000 rows; each round commits, so nobody waits long and a stop loses one round at most.
DO $$
BEGIN
  LOOP
    UPDATE my_table SET my_column = 'my_value'
      WHERE id IN (SELECT id FROM my_table WHERE my_column IS NULL LIMIT 5000);
    EXIT WHEN NOT FOUND;
    COMMIT;
    PERFORM pg_sleep(0.1);
  END LOOP;
END
$$;
`,
    down: null,
  },
  {
    id: "view",
    up: "-- dbmigrator: repeatable\n-- Runs again whenever this script changes.\nCREATE OR REPLACE VIEW my_view AS\n  SELECT id FROM my_table;\n",
    down: "DROP VIEW my_view;\n",
  },
];
