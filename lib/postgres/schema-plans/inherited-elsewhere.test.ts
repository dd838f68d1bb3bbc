import { expect, it } from "vitest";
import { provePlan } from "../../testing/schema-proof";
import type { EmbeddedMajor } from "../embedded/embedded";

it.each([14, 18] as EmbeddedMajor[])(
  "leaves a column the table's own where a table below has it from another parent too, on PostgreSQL %i",
  async (major) => {
    const { problem } = await provePlan({
      major,
      from: `CREATE TABLE person (name text);
        CREATE TABLE employee () INHERITS (person);
        CREATE TABLE student (name text);
        CREATE TABLE both_of_them () INHERITS (employee, student);`,
      seed: "INSERT INTO student VALUES ('a'); INSERT INTO both_of_them VALUES ('b');",
      to: `CREATE TABLE person (name text);
        CREATE TABLE employee () INHERITS (person);
        CREATE TABLE student () INHERITS (person);
        CREATE TABLE both_of_them () INHERITS (employee, student);`,
    });
    // PostgreSQL renames and drops no such column, so that nothing makes it the parent's alone.
    expect(problem).toMatch(
      /^still different: \[\s*\{\s*"id": "column:public.student.name",\s*"change": "changed"/,
    );
  },
);
