import { expect, it } from "vitest";
import { provePlan } from "../../testing/schema-proof";
import type { EmbeddedMajor } from "../embedded/embedded";

const ROLES = ["corpus_owner", "corpus_reader", "corpus_writer"]
  .map(
    (role) =>
      `DO $$ BEGIN CREATE ROLE ${role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$;`,
  )
  .join("\n");
const OBJECTS = `${ROLES}
  CREATE TABLE t (a int, b int);
  CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
  GRANT SELECT, INSERT, UPDATE ON t TO corpus_owner WITH GRANT OPTION;
  GRANT EXECUTE ON FUNCTION f() TO corpus_owner WITH GRANT OPTION;
  GRANT UPDATE (b), SELECT (b) ON t TO corpus_owner WITH GRANT OPTION;
  GRANT DELETE ON t TO corpus_writer;`;

it.each([14, 18] as EmbeddedMajor[])(
  "takes privileges that others gave by a grant option of theirs, on PostgreSQL %i",
  async (major) => {
    const { problem } = await provePlan({
      major,
      from: `${OBJECTS}
        SET ROLE corpus_owner;
        GRANT SELECT, INSERT ON t TO corpus_reader WITH GRANT OPTION;
        GRANT UPDATE ON t TO corpus_writer;
        GRANT UPDATE (b) ON t TO corpus_reader;
        GRANT EXECUTE ON FUNCTION f() TO corpus_reader;
        SET ROLE corpus_reader;
        GRANT SELECT, INSERT ON t TO corpus_writer;
        RESET ROLE;
        GRANT SELECT ON t TO corpus_writer;`,
      to: `${OBJECTS} GRANT INSERT ON t TO corpus_writer;`,
    });
    expect(problem).toBe("");
  },
);
