import { expect, it } from "vitest";
import { compareSnapshots } from "../../core/diff/compare";
import { planSchema } from "../../core/diff/plan";
import { schemaPair } from "../../testing/schema-pair";
import { readSnapshot } from "../introspect/read-snapshot";

const opened = schemaPair(
  "",
  `CREATE TABLE usual (id serial, state text NOT NULL DEFAULT 'new', at timestamptz DEFAULT now());
   CREATE TABLE parent (a int);
   CREATE TABLE child (b int DEFAULT 2) INHERITS (parent);
   ALTER TABLE ONLY parent ALTER COLUMN a SET DEFAULT 1;
   CREATE TABLE counted (id int);
   CREATE FUNCTION number() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM counted; END;
   ALTER TABLE counted ADD COLUMN n bigint DEFAULT number();`,
);

it("writes a default with its new table, unless a child would get it or it needs that table", async () => {
  const [here, there] = opened();
  const wanted = await readSnapshot(there);
  const sql = planSchema(await readSnapshot(here), wanted).statements.map((one) => one.sql);
  for (const one of sql) await here.query(one);
  expect(compareSnapshots(await readSnapshot(here), wanted)).toEqual([]);

  const made = (table: string) => sql.find((one) => one.startsWith(`CREATE TABLE public.${table} `));
  expect(made("usual")).toBe(`CREATE TABLE public.usual (
  id integer NOT NULL DEFAULT nextval('public.usual_id_seq'::regclass),
  state text NOT NULL DEFAULT 'new'::text,
  at timestamp with time zone DEFAULT now()
)`);
  expect(sql.filter((one) => one.includes("SET DEFAULT"))).toEqual([
    "ALTER TABLE ONLY public.counted ALTER COLUMN n SET DEFAULT public.number()",
    "ALTER TABLE ONLY public.parent ALTER COLUMN a SET DEFAULT 1",
  ]);
});
