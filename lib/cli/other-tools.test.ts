import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bundleForTests, type CommandFolder, commandFolder, execute } from "../testing/command-line";
import { type TestDatabase, testDatabase } from "../testing/postgres";

beforeAll(bundleForTests, 120_000);

describe.each([18, 14] as const)("folders of other tools on PostgreSQL %i", (major) => {
  let folder: CommandFolder;
  let target: TestDatabase;
  const tables = async () =>
    (
      await execute<{ name: string }>(
        target.url,
        "SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1",
      )
    ).map(({ name }) => name);

  beforeEach(async () => {
    folder = commandFolder();
    target = await testDatabase({ major });
  });
  afterEach(async () => {
    folder.remove();
    await target.drop();
  });

  it("go up without the scripts that go down, go down with them, and are renumbered with them", async () => {
    folder.write("migrations/up/001_parcel.sql", "CREATE TABLE parcel (id int);");
    folder.write("migrations/down/001_parcel.sql", "DROP TABLE parcel;");
    folder.write("migrations/up/003_van.sql", "CREATE TABLE van (id int);");
    folder.write("migrations/down/003_drop_van.sql", "DROP TABLE van;");
    expect(folder.run(["up", "--url", target.url]).code).toBe(0);
    expect(await tables()).toEqual(["parcel", "van"]);
    expect(folder.run(["down", "--url", target.url, "--steps", "2"]).code).toBe(0);
    expect(await tables()).toEqual([]);

    expect(folder.run(["up", "--url", target.url]).code).toBe(0);
    folder.write("migrations/up/002_late.sql", "CREATE TABLE late (id int);");
    folder.write("migrations/down/002_not_late.sql", "DROP TABLE late;");
    const resolved = folder.run(["resolve-conflicts", "--strategy=reorder", "--url", target.url]);
    expect(resolved).toMatchObject({ code: 0 });
    expect(folder.json<{ migrations: object[] }>(["list"]).migrations).toMatchObject([
      { filename: "001_parcel", hasDown: true },
      { filename: "003_van", hasDown: true },
      { filename: "004_late", hasDown: true },
    ]);
  });

  it.each([
    ["tern", "---- tern: disable-tx ----"],
    ["postgres-migrations", "-- postgres-migrations disable-transaction"],
    ["morph", "-- morph:nontransactional"],
    ["Liquibase", "--liquibase formatted sql\n--changeset ann:1 runInTransaction:false"],
  ])("run outside of a transaction where %s would", async (_, words) => {
    folder.write("migrations/001_parcel.sql", "CREATE TABLE parcel (id int, seen bool);");
    folder.write(
      "migrations/002_batches.sql",
      `${words}
DO $$ BEGIN
  FOR n IN 1..3 LOOP INSERT INTO parcel VALUES (n, true); COMMIT; END LOOP;
END $$;`,
    );
    const up = folder.run(["up", "--url", target.url]);
    expect(up).toMatchObject({ code: 0 });
    expect(await execute(target.url, "SELECT count(DISTINCT xmin::text)::int AS n FROM parcel")).toEqual([
      { n: 3 },
    ]);
  });

  it("take a dump of pg_dump with its rows and its lines for psql, and say what a script that commits needs", async () => {
    folder.write(
      "migrations/001_dump.sql",
      "\\restrict aB3\n\nSET client_encoding = 'UTF8';\nCREATE TABLE public.town (id int, name text);\n\nCOPY public.town (id, name) FROM stdin;\n1\tLima; --\n2\t\\N\n\\.\n\nALTER TABLE ONLY public.town\n    ADD CONSTRAINT town_pkey PRIMARY KEY (id);\n\n\\unrestrict aB3\n",
    );
    folder.write("migrations/002_commits.sql", "DO $$ BEGIN DELETE FROM town; COMMIT; END $$;");
    const up = folder.run(["up", "--url", target.url]);
    expect(up.code).toBe(1);
    expect(up.err).toContain("transaction=none");
    expect(await execute(target.url, "SELECT name FROM town ORDER BY id")).toEqual([
      { name: "Lima; --" },
      { name: null },
    ]);
  });
});
