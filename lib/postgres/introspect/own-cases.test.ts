import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dumpAll } from "../../../bench/corpus/judge";
import { makeRoles, readOwnCases } from "../../../bench/corpus/own-cases";
import { type RunResult, runCases, type Side } from "../../../bench/corpus/own-run";
import { projectRoot } from "../../server/root";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import type { EmbeddedMajor } from "../embedded/embedded";

const cases = readOwnCases(join(projectRoot(), "corpus"));
const DIRECTIONS: [Side, Side][] = [
  ["a", "b"],
  ["b", "a"],
  ["none", "b"],
  ["b", "none"],
];

/** All cases in one database: each in a schema of its own, so that what goes wrong tells whose it is. */
describe.each([14, 18] as EmbeddedMajor[])("on PostgreSQL %i", (major) => {
  const known = cases.filter((one) => one.server <= major);
  describe.each(DIRECTIONS)("a plan from %s to %s", (from, to) => {
    let result: RunResult;
    const databases: TestDatabase[] = [];

    beforeAll(async () => {
      databases.push(await testDatabase({ major }), await testDatabase({ major }));
      const clients = databases.map(({ url }) => new pg.Client({ connectionString: url }));
      await Promise.all(clients.map((client) => client.connect()));
      await makeRoles(clients[0] as pg.Client);
      const dump = (client: pg.Client) => {
        const { spec } = databases[clients.indexOf(client)] as TestDatabase;
        return dumpAll(spec, major);
      };
      result = await runCases(known, clients as [pg.Client, pg.Client], [from, to], dump);
      for (const client of clients) {
        await dropSubscriptions(client);
        await client.end();
      }
    }, 300_000);

    afterAll(async () => {
      for (const database of databases) await database.drop();
    });

    it.each(known)("has every statement of $name accepted and leaves no difference", ({ schema }) => {
      const own = (text: string) => new RegExp(`\\b${schema}(\\b|_)`).test(text);
      expect({ refused: result.refused.filter(own), left: result.left.filter(own) }).toEqual({
        refused: [],
        left: [],
      });
    });

    it.each(known)("keeps the rows of $name, and alters what it need not make anew", ({ schema, remade }) => {
      const own = (text: string) => new RegExp(`\\b${schema}\\b`).test(text);
      const named = (text: string) => text.replaceAll(`${schema}.`, "").replace(` of ${schema}`, "");
      expect({
        lost: result.lost.filter(own),
        remade: result.remade
          .filter(own)
          .map(named)
          .filter((name) => !remade.includes(name)),
      }).toEqual({ lost: [], remade: [] });
    });

    it("ends with what pg_dump says of the wanted database", () => {
      expect(result).toMatchObject({ dump: "", refused: [], left: [] });
    });
  });
});

/** A database with a subscription cannot be dropped. */
async function dropSubscriptions(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT quote_ident(subname) AS name FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = current_database()",
  );
  for (const { name } of rows) await client.query(`DROP SUBSCRIPTION ${name}`);
}
