import pg from "pg";
import { describe, expect, it } from "vitest";
import { readSnapshotFile, writeSnapshotFile } from "../../core/comparison/snapshot-file";
import { planSchema } from "../../core/diff/plan";
import { testDatabase } from "../../testing/postgres";
import { provePlan } from "../../testing/schema-proof";
import { readSnapshot } from "../introspect/read-snapshot";

const TABLE = "CREATE TABLE t (a int PRIMARY KEY, b text);";
const MEMBER = `CREATE EXTENSION cube; ${TABLE} ALTER EXTENSION cube ADD TABLE t;`;
const SEED = "INSERT INTO t VALUES (1, 'x');";
const rows = async (client: pg.Client) =>
  expect((await client.query("SELECT a, b FROM public.t")).rows).toEqual([{ a: 1, b: "x" }]);

describe("a table that somebody put into an extension", () => {
  it("outlives the extension where it stays by itself", async () => {
    const proof = await provePlan({ from: MEMBER, to: TABLE, seed: SEED, check: rows });
    expect(proof.problem).toBe("");
    expect(proof.plan.losses).toEqual([]);
  });

  it("is told as lost where it goes with the extension", async () => {
    const called = `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER calls BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();`;
    const proof = await provePlan({ from: MEMBER + called, to: "", seed: SEED });
    expect(proof.problem).toBe("");
    expect(proof.plan.losses).toEqual([{ kind: "table", id: "table:public.t", name: "public.t" }]);
  });

  it("is left to the extension where both sides have it there", async () => {
    const proof = await provePlan({ from: MEMBER, to: MEMBER.replace("b text", "b int"), seed: SEED });
    expect(proof.plan.statements).toEqual([]);
  });

  it("is taken out by a plan between snapshots that were kept", async () => {
    const [here, there] = [await testDatabase(), await testDatabase()];
    try {
      const kept = await Promise.all(
        [[here, MEMBER] as const, [there, `CREATE EXTENSION cube; ${TABLE}`] as const].map(
          async ([{ url }, sql]) => {
            const client = new pg.Client({ connectionString: url });
            await client.connect();
            await client.query(sql);
            const snapshot = await readSnapshot(client);
            await client.end();
            const file = writeSnapshotFile(snapshot, { label: "kept", takenAt: new Date() });
            return readSnapshotFile(JSON.stringify(file), "kept").snapshot;
          },
        ),
      );
      const [from, to] = kept as [(typeof kept)[0], (typeof kept)[0]];
      expect(planSchema(from, to).statements.map(({ sql }) => sql)).toEqual([
        "ALTER EXTENSION cube DROP TABLE public.t",
      ]);
    } finally {
      await here.drop();
      await there.drop();
    }
  });
});
