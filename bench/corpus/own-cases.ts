import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type pg from "pg";

/** A pair of schemas of our own: `corpus/<kind>/<case>/{a,b}.sql`. */
export interface OwnCase {
  /** `kind/case`. */
  name: string;
  /** The schema that its statements run in: `kind_case`. */
  schema: string;
  a: string;
  b: string;
  /** Oldest major that knows what it uses. */
  server: number;
  /** Objects that PostgreSQL cannot alter so, named as in oids.ts without the schema: they may be made anew. */
  remade: string[];
}

/** Comments at the top of a file: `-- server: 15`, `-- remade: relation v | routine f(integer)`. */
function directive(text: string, key: string): string | null {
  return new RegExp(`^-- ${key}: (.*)$`, "m").exec(text)?.[1] ?? null;
}

/** All cases below a folder, by name. */
export function readOwnCases(folder: string): OwnCase[] {
  return readdirSync(folder).flatMap((kind) =>
    readdirSync(join(folder, kind)).map((title) => {
      const read = (side: string) => readFileSync(join(folder, kind, title, `${side}.sql`), "utf8");
      const [a, b] = [read("a"), read("b")];
      return {
        name: `${kind}/${title}`,
        schema: `${kind}_${title}`.replaceAll("-", "_"),
        a,
        b,
        server: Math.max(Number(directive(a, "server") ?? 0), Number(directive(b, "server") ?? 0)),
        remade: (directive(b, "remade") ?? "").split(" | ").filter(Boolean),
      };
    }),
  );
}

/** As one script of its own schema. */
export function scriptOf(one: OwnCase, side: "a" | "b"): string {
  return `CREATE SCHEMA ${one.schema};\nSET search_path = ${one.schema}, pg_catalog; SET check_function_bodies = off;\n${one[side]}\nRESET search_path; RESET check_function_bodies;`;
}

/** Those that the cases grant to: roles are the server's, and are made once. */
export async function makeRoles(client: pg.ClientBase): Promise<void> {
  for (const role of ["corpus_owner", "corpus_reader", "corpus_writer"])
    await client.query(
      `DO $$ BEGIN CREATE ROLE ${role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$`,
    );
}
