import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bundleForTests, type CommandFolder, commandFolder, execute } from "../testing/command-line";
import { type TestDatabase, testDatabase, testServer } from "../testing/postgres";

interface Comparison {
  identical: boolean;
  differences: { change: string; kind: string; name: string; before: string | null; after: string | null }[];
  sql: string;
  down: string;
  unsupported: unknown[];
  ownersIgnored: boolean;
}

beforeAll(bundleForTests, 120_000);

let folder: CommandFolder;
const databases: TestDatabase[] = [];

beforeEach(() => {
  folder = commandFolder();
});
afterEach(async () => {
  folder.remove();
  for (const database of databases.splice(0)) await database.drop();
});

async function database(major: 14 | 18, sql = ""): Promise<TestDatabase> {
  const made = await testDatabase({ major });
  databases.push(made);
  if (sql !== "") await execute(made.url, sql);
  return made;
}

const OLD = `
  CREATE TABLE customer (id bigint PRIMARY KEY, email varchar(50) NOT NULL);
  CREATE TABLE invoice (id bigint PRIMARY KEY, customer_id bigint REFERENCES customer, total numeric(10,2));
  CREATE VIEW open_invoice AS SELECT id, total FROM invoice WHERE total > 0;
  INSERT INTO customer VALUES (1, 'a@b.example'); INSERT INTO invoice VALUES (1, 1, 12.50);`;
const NEW = `
  CREATE TABLE customer (id bigint PRIMARY KEY, email text NOT NULL, note text DEFAULT '');
  CREATE TABLE invoice (id bigint PRIMARY KEY, customer_id bigint REFERENCES customer, total numeric(12,2));
  CREATE INDEX invoice_customer ON invoice (customer_id);
  CREATE VIEW open_invoice AS SELECT id, total, customer_id FROM invoice WHERE total > 0;
  CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT n * 2';
  CREATE TABLE visit (id bigint GENERATED ALWAYS AS IDENTITY);
  CREATE SEQUENCE counter;`;

describe.each([18, 14] as const)("on PostgreSQL %i", (major) => {
  it("prints SQL that turns the source into the target and keeps its rows", async () => {
    const [source, target] = [await database(major, OLD), await database(major, NEW)];
    const sides = ["compare", "--source", source.url, "--target", target.url];
    const found = folder.json<Comparison>([...sides, "--exit-code"]);
    expect(found).toMatchObject({ identical: false, exit: 2, ownersIgnored: false });
    expect(found.differences.map(({ change, kind, name }) => `${change} ${kind} ${name}`)).toEqual(
      expect.arrayContaining([
        "added column public.customer.note",
        "changed column public.customer.email",
        "added index public.invoice_customer",
        "changed view public.open_invoice",
        "added function public.twice(integer)",
      ]),
    );
    const sql = folder.run([...sides, "--format", "sql"]).out;
    // What nobody chose is not written out.
    for (const words of [
      "id bigint GENERATED ALWAYS AS IDENTITY NOT NULL\n",
      "CREATE SEQUENCE public.counter;",
    ])
      expect(sql).toContain(words);
    await execute(source.url, sql);
    expect(folder.json<Comparison>([...sides, "--exit-code"])).toMatchObject({
      identical: true,
      exit: 0,
      sql: "",
    });
    expect(
      await execute(
        source.url,
        "SELECT i.total, c.email FROM invoice i JOIN customer c ON c.id = customer_id",
      ),
    ).toEqual([{ total: "12.50", email: "a@b.example" }]);
  });

  it("compares a folder of migrations, an SQL file and a database with each other, writing in none", async () => {
    const target = await database(major, NEW);
    folder.write("migrations/1_old.up.sql", OLD);
    folder.write(
      "migrations/2_index.up.sql",
      "CREATE INDEX CONCURRENTLY invoice_customer ON invoice (customer_id);",
    );
    folder.write("new.sql", NEW);
    const before = await execute(target.url, "SELECT count(*)::int AS n FROM pg_class");
    const found = folder.json<Comparison>(["compare", "--source", "migrations", "--target", target.url]);
    expect(found.ownersIgnored).toBe(true);
    expect(found.differences.map(({ name }) => name)).toContain("public.customer.note");
    expect(found.differences.map(({ name }) => name)).not.toContain("public.invoice_customer");
    expect(
      folder.json<Comparison>(["compare", "--source", "new.sql", "--target", target.url]).differences,
    ).toEqual([]);
    expect(await execute(target.url, "SELECT count(*)::int AS n FROM pg_class")).toEqual(before);
  });

  it("compares with what was written down before, as JSON, page or SQL", async () => {
    const source = await database(major, OLD);
    for (const name of ["before.json", "before.html", "before.sql"]) {
      expect(folder.run(["snapshot", source.url, "--output", name]).code).toBe(0);
      const now = ["compare", "--source", name, "--target", source.url];
      expect(folder.json<Comparison>(now).differences, name).toEqual([]);
    }
    await execute(source.url, "ALTER TABLE customer ADD COLUMN later int");
    for (const name of ["before.json", "before.html", "before.sql"]) {
      const now = ["compare", "--source", name, "--target", source.url];
      expect(
        folder.json<Comparison>(now).differences.map((one) => one.name),
        name,
      ).toEqual(["public.customer.later"]);
    }
    const page = folder.run([
      "compare",
      "--source",
      "before.json",
      "--target",
      source.url,
      "--output",
      "html",
    ]);
    expect(page.out).toContain('<th scope="row">public.customer.later</th>');
    expect(page.out).not.toMatch(/<script|https?:/);
    expect(folder.run(["snapshot", source.url, "--format", "text"]).out).toContain(
      "table public.customer (id, email, later)",
    );
  });

  it("says which statement fails where the table has rows", async () => {
    const source = await database(major, OLD);
    const target = await database(major, OLD);
    await execute(
      target.url,
      `ALTER TABLE customer ADD COLUMN "is DEFAULT" int, ADD COLUMN named text, ADD COLUMN given int NOT NULL DEFAULT 1,
         ADD COLUMN counted int GENERATED ALWAYS AS IDENTITY;
       DELETE FROM invoice; DELETE FROM customer; ALTER TABLE customer ALTER COLUMN named SET NOT NULL`,
    );
    const sides = ["compare", "--source", source.url, "--target", target.url];
    const lines = folder.run([...sides, "--format", "sql"]).out.split("\n");
    const warned = lines.flatMap((line, at) => (line.startsWith("-- Fails") ? [lines[at + 1]] : []));
    expect(warned).toEqual(["ALTER TABLE public.customer ADD COLUMN named text NOT NULL;"]);
  });

  it("keeps the rows of what was renamed, when told, and asks otherwise", async () => {
    const source = await database(major, OLD);
    const target = await database(major, OLD.replace("email varchar", "mail varchar"));
    const sides = ["compare", "--source", source.url, "--target", target.url];
    const asked = folder.run([...sides, "--format", "sql"]);
    expect(asked.err).toContain("--rename 'column:public.customer.email=public.customer.mail'");
    const told = folder.run([...sides, "--rename", "public.customer.email=mail", "--format", "sql"]);
    expect(told.out).toContain("RENAME COLUMN email TO mail");
    await execute(source.url, told.out);
    expect(await execute(source.url, "SELECT mail FROM customer")).toEqual([{ mail: "a@b.example" }]);
    expect(folder.run([...sides, "--rename", "nothing=nowhere"]).code).toBe(3);
  });
});

it("takes an environment where a folder has the same name, and the folder as ./name", async () => {
  const target = await database(18, OLD);
  folder.write("test/1_other.up.sql", "CREATE TABLE other (id int);");
  const known = { DB_CONNECTION_TEST: target.url };
  const compared = (source: string) =>
    folder.run(["compare", "--source", source, "--target", target.url, "--exit-code"], known);
  expect(compared("test")).toMatchObject({
    code: 0,
    out: expect.stringContaining("The schemas are the same"),
  });
  expect(compared("./test").out).toContain("public.other");
});

it("says which extension the scratch server lacks, and takes another scratch server", async () => {
  folder.write(
    "vectors.sql",
    `CREATE EXTENSION IF NOT EXISTS vector;
COMMENT ON EXTENSION vector IS 'vector data type';
CREATE TABLE film (id int, embedding vector(20));`,
  );
  folder.write("films.sql", "CREATE TABLE film (id int);");
  const sides = ["compare", "--source", "films.sql", "--target"];
  const { exit, error } = folder.json<{ error: { message: string; hint: string } }>([
    ...sides,
    "vectors.sql",
  ]);
  expect(exit).toBe(1);
  expect(error.message).toContain(
    'vectors.sql (line 3) cannot be replayed in an empty database: type "vector"',
  );
  expect(error.message).toContain(
    "vectors.sql (line 1). Not tried: the scratch server has no extension vector",
  );
  expect(error.hint).toContain("DBMIGRATOR_SHADOW_URL");
  const other = await testServer(15);
  folder.write("shop.sql", "CREATE VIEW version AS SELECT current_setting('server_version_num') AS number;");
  const elsewhere = folder.run([...sides, "shop.sql", "--json"], { DBMIGRATOR_SHADOW_URL: other.url });
  expect(JSON.parse(elsewhere.out)).toMatchObject({
    target: { serverVersion: expect.stringMatching(/^15\./) },
  });
});
