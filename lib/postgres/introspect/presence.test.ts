import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeRoles, readOwnCases, scriptOf } from "../../../bench/corpus/own-cases";
import { KIND_LIST } from "../../core/schema/kinds/all";
import { projectRoot } from "../../server/root";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import type { EmbeddedMajor } from "../embedded/embedded";

const CASES = readOwnCases(join(projectRoot(), "corpus"));
const ASKED = KIND_LIST.filter(({ query, presence }) => query !== undefined && presence !== undefined);

/** What is not there is not read: each case stands alone here, so that nothing else makes its kinds present. */
describe.each([14, 18] as EmbeddedMajor[])(
  "kinds on PostgreSQL %i that are said not to be there",
  (major) => {
    let database: TestDatabase;
    let client: pg.Client;
    const seen = new Set<string>();

    beforeAll(async () => {
      database = await testDatabase({ major });
      client = new pg.Client({ connectionString: database.url });
      await client.connect();
      await makeRoles(client);
    }, 120_000);

    afterAll(async () => {
      await client.end();
      await database.drop();
    });

    async function missed(): Promise<string[]> {
      const looks = ASKED.map(({ presence }) => presence).join(",\n");
      const { rows } = await client.query<{ there: boolean[] }>(`SELECT ARRAY[${looks}]::bool[] AS there`);
      const wrong: string[] = [];
      for (const [at, { kind, query }] of ASKED.entries()) {
        if (rows[0]?.there[at]) seen.add(kind);
        else if ((await client.query(query?.(major * 10_000) ?? "")).rows.length > 0) wrong.push(kind);
      }
      return wrong;
    }

    it("have no rows in an empty database, where none is said to be there", async () => {
      expect(await missed()).toEqual([]);
      expect([...seen]).toEqual([]);
    });

    it.each(CASES.filter(({ server }) => server <= major))("have no rows with $name", async (one) => {
      for (const side of ["a", "b"] as const) {
        await client.query("BEGIN");
        try {
          await client.query(scriptOf(one, side));
          expect(await missed()).toEqual([]);
        } finally {
          await client.query("ROLLBACK");
        }
      }
    });

    it("are all there with one case or another", () => {
      expect(ASKED.map(({ kind }) => kind).filter((kind) => !seen.has(kind))).toEqual([]);
    });
  },
);
