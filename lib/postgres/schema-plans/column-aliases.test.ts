import { describe, expect, it } from "vitest";
import { compareSnapshots } from "../../core/diff/compare";
import { planSchema } from "../../core/diff/plan";
import { schemaPair } from "../../testing/schema-pair";
import { readSnapshot } from "../introspect/read-snapshot";

const HERE = `
  CREATE TABLE t (a int, b int, c text);
  INSERT INTO t VALUES (1, 20, 'x');
  CREATE TABLE log (n int);
  CREATE TABLE narrowed (gone int, a int, b text);
  INSERT INTO narrowed VALUES (1, 2, 'x');
  CREATE VIEW over_narrowed AS SELECT q.x, q.y FROM narrowed q(g, x, y) WHERE q.g > 0;
  CREATE VIEW same AS SELECT q.x, q.y FROM t q(x, y, z);
  CREATE VIEW turned AS SELECT q.x FROM t q(x, y, z);
  CREATE VIEW joined AS SELECT p.x FROM log JOIN t p(x, y, z) ON log.n = p.x;
  CREATE MATERIALIZED VIEW kept AS SELECT q.x FROM t q(x, y, z);
  CREATE RULE r AS ON INSERT TO log DO ALSO UPDATE t SET c = q.x::text FROM t q(x, y, z);
  CREATE POLICY same_p ON log USING (EXISTS (SELECT FROM t q(x, y, z) WHERE q.x = n));
  CREATE POLICY turned_p ON log WITH CHECK (EXISTS (SELECT FROM t q(x, y, z) WHERE q.x = n));`;
const THERE = `
  CREATE TABLE t (e int, b int, "C, d" int, c text, a int);
  CREATE TABLE log (n int);
  CREATE TABLE narrowed (a int, b text);
  CREATE VIEW over_narrowed AS SELECT q.x, q.y FROM narrowed q(x, y);
  CREATE VIEW same AS SELECT q.x, q.y FROM t q(w, y, v, z, x);
  CREATE VIEW turned AS SELECT q.x FROM t q(w, x, v, z, y);
  CREATE VIEW joined AS SELECT p.x FROM log JOIN t p(w, x, v, z, y) ON log.n = p.x;
  CREATE VIEW fresh AS SELECT q."(x, y)" AS z, 's.t q(a, b, c, d, e)' AS text FROM t q(a, b, c, d, "(x, y)");
  CREATE MATERIALIZED VIEW kept AS SELECT q.x FROM t q(w, y, v, z, x);
  CREATE RULE r AS ON INSERT TO log DO ALSO UPDATE t SET c = q.x::text FROM t q(w, x, v, z, y);
  CREATE POLICY same_p ON log USING (EXISTS (SELECT FROM t q(w, y, v, z, x) WHERE q.x = n));
  CREATE POLICY turned_p ON log WITH CHECK (EXISTS (SELECT FROM t q(w, x, v, z, y) WHERE q.x = n));`;

const opened = schemaPair(HERE, THERE);

describe("aliases of columns by their position", () => {
  it("name the columns that they name where these stand in another order", async () => {
    const [here, there] = opened();
    const wanted = await readSnapshot(there);
    for (const { sql } of planSchema(await readSnapshot(here), wanted).statements) await here.query(sql);
    const value = async (sql: string) => Object.values((await here.query(sql)).rows[0]);
    expect(await value("SELECT * FROM same")).toEqual([1, 20]);
    expect(await value("SELECT * FROM turned")).toEqual([20]);
    expect(await value("SELECT * FROM over_narrowed")).toEqual([2, "x"]);
    expect(await value("SELECT * FROM fresh")).toEqual([1, "s.t q(a, b, c, d, e)"]);
    await here.query("REFRESH MATERIALIZED VIEW kept; INSERT INTO log VALUES (20)");
    expect(await value("SELECT * FROM kept")).toEqual([1]);
    expect(await value("SELECT * FROM joined")).toEqual([20]);
    expect(await value("SELECT c FROM t")).toEqual(["20"]);
    const columnOf = (policy: string) =>
      value(`SELECT a.attname FROM pg_policy p JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refobjid = 't'::regclass
        JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid WHERE polname = '${policy}' AND d.refobjsubid > 0`);
    expect([await columnOf("same_p"), await columnOf("turned_p")]).toEqual([["a"], ["b"]]);
    expect(compareSnapshots(await readSnapshot(here), wanted)).toEqual([]);
  });

  it("are a difference where the same words mean another column", async () => {
    const [here, there] = opened();
    const words = "CREATE VIEW words AS SELECT q.x FROM t q(x, y, z, v, w)";
    for (const client of [here, there]) await client.query(words);
    const rest = compareSnapshots(await readSnapshot(here), await readSnapshot(there));
    expect(rest.map(({ id }) => id)).toEqual(["view:public.words"]);
  });
});
