import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { strToU8, zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "../../db/client";
import { corpus, metadataDatabase, type TestDatabase } from "../../testing/postgres";
import { auditRows, type TestProject, testProject } from "../../testing/project";
import { execute } from "../define";
import { readArchive, writeArchive } from "./archive";
import { exportMigrations } from "./export";
import { importMigrations, previewImport } from "./import";

let store: TestDatabase;

beforeAll(async () => {
  store = await metadataDatabase();
});
afterAll(async () => {
  await db().$disconnect();
  await store.drop();
});

const zip = (files: Record<string, string | Uint8Array>) =>
  zipSync(
    Object.fromEntries(
      Object.entries(files).map(([path, text]) => [path, typeof text === "string" ? strToU8(text) : text]),
    ),
  );
const files = (of: Record<string, string>) => ({
  kind: "files" as const,
  files: Object.entries(of).map(([path, content]) => ({ path, content })),
});

function run(project: TestProject, source: object, more: object = {}) {
  return execute(importMigrations, project.actors.developer, {
    project: project.slug,
    service: "orders",
    source,
    ...more,
  });
}

function preview(project: TestProject, source: object, more: object = {}) {
  return execute(previewImport, project.actors.developer, {
    project: project.slug,
    service: "orders",
    source,
    ...more,
  });
}

const SIMPLE = {
  "20240101000000_a.up.sql": "CREATE TABLE a (id int);",
  "20240101000000_a.down.sql": "DROP TABLE a;",
};

describe("an import", () => {
  it("previews without writing, then writes what was previewed, ready and not as drafts", async () => {
    const project = await testProject();
    const seen = await preview(project, files(SIMPLE));
    expect(seen.items).toMatchObject([
      { filename: "20240101000000_a", action: "create", hasDown: true, statements: 1 },
    ]);
    expect(await db().migration.count({ where: { service: { projectId: project.projectId } } })).toBe(0);
    const done = await run(project, files(SIMPLE), { digest: seen.digest });
    expect(done.created).toBe(1);
    const row = await db().migration.findFirstOrThrow({
      where: { serviceId: project.services.orders ?? "" },
    });
    expect(row).toMatchObject({
      draft: false,
      up: SIMPLE["20240101000000_a.up.sql"],
      authorId: project.actors.developer.userId,
    });
    expect((await auditRows("migration.import")).at(-1)).toMatchObject({
      outcome: "ok",
      details: { created: 1 },
    });
    expect((await run(project, files(SIMPLE))).same).toBe(1);
  });

  it("tells that two have the same version, and takes them all the same", async () => {
    const twins = { "7_a.sql": "SELECT 1;", "7_b.sql": "SELECT 2;", "8_c.sql": "SELECT 3;" };
    const { problems, items } = await preview(await testProject(), files(twins));
    expect(problems).toMatchObject([{ level: "warning", code: "same_version", file: "7_b" }]);
    expect(items.map(({ action }) => action)).toEqual(["create", "create", "create"]);
  });

  it("writes nothing when the files changed after the preview", async () => {
    const project = await testProject();
    const { digest } = await preview(project, files(SIMPLE));
    const other = files({ ...SIMPLE, "20240102000000_b.up.sql": "DROP TABLE a;" });
    await expect(run(project, other, { digest })).rejects.toMatchObject({
      status: 409,
      code: "import.changed",
    });
    expect(await db().migration.count({ where: { service: { projectId: project.projectId } } })).toBe(0);
  });

  it("refuses all of it for one file that cannot be read, naming file and line, unless told to leave it out", async () => {
    const project = await testProject();
    const source = files({
      ...SIMPLE,
      "20240102000000_b.up.sql": "SELECT 1;\n\\connect x\n",
      "20240103000000_c.up.sql": "SELEC",
    });
    await expect(run(project, source)).rejects.toMatchObject({
      status: 422,
      details: { fields: [{ field: "20240102000000_b.up.sql:2" }, { field: "20240103000000_c.up.sql:1" }] },
    });
    expect(await db().migration.count({ where: { service: { projectId: project.projectId } } })).toBe(0);
    expect(await run(project, source, { skipRefused: true })).toMatchObject({ created: 1, refused: 2 });
  });

  it("tells what is wrong at the line of the file that was brought", async () => {
    const project = await testProject();
    const { problems } = await preview(
      project,
      files({
        "V1__flyway.sql": "SELECT 1;\nSELEC 2;\n",
        "20240101000000_dbmate.sql": "-- migrate:up\nSELECT 1;\n\n-- migrate:down\nSELEC 2;\n",
      }),
    );
    expect(problems.map(({ file, line }) => [file, line])).toEqual([
      ["V1__flyway.sql", 2],
      ["20240101000000_dbmate.sql", 5],
    ]);
  });

  it("overwrites a text only when asked, and one that a target has only when asked for that", async () => {
    const project = await testProject();
    await run(project, files(SIMPLE));
    const changed = files({ "20240101000000_a.up.sql": "CREATE TABLE a (id bigint);" });
    expect(await run(project, changed)).toMatchObject({ updated: 0, differing: 1 });
    const { checksum } = await db().migration.findFirstOrThrow({
      where: { serviceId: project.services.orders ?? "" },
    });
    await db().target.create({
      data: {
        serviceId: project.services.orders ?? "",
        environmentId: project.environments.production ?? "",
        ...{ host: "h", database: "d", username: "u" },
        status: {
          migrations: [{ filename: "20240101000000_a", state: "applied", appliedChecksum: checksum }],
        },
      },
    });
    const kept = await run(project, changed, { overwrite: true });
    expect(kept).toMatchObject({ updated: 0, differing: 1, items: [{ appliedOn: ["production"] }] });
    expect(await run(project, changed, { overwrite: true, overwriteApplied: true })).toMatchObject({
      updated: 1,
    });
    const row = await db().migration.findFirstOrThrow({
      where: { serviceId: project.services.orders ?? "" },
    });
    expect(row).toMatchObject({ revision: 2, up: "CREATE TABLE a (id bigint);" });
  });

  it("takes sub-folders as services, and says which the project does not have", async () => {
    const project = await testProject(["orders", "billing"]);
    const source = files({
      "billing/1_a.up.sql": "SELECT 1;",
      "orders/1_a.up.sql": "SELECT 1;",
      "nope/1_a.up.sql": "SELECT 1;",
    });
    const seen = await execute(previewImport, project.actors.developer, { project: project.slug, source });
    expect(seen.items.map((item) => [item.service, item.action])).toEqual([
      ["billing", "create"],
      ["nope", "refused"],
      ["orders", "create"],
    ]);
  });

  it("takes off the folder around everything", async () => {
    const project = await testProject();
    const seen = await preview(project, files({ "my-app/db/20240101_init/migration.sql": "SELECT 1;" }));
    expect(seen.items[0]?.filename).toBe("20240101_init");
  });

  it("is refused to viewers and says what is wrong with the input", async () => {
    const project = await testProject();
    const input = { project: project.slug, service: "orders", source: files(SIMPLE) };
    await expect(execute(importMigrations, project.actors.viewer, input)).rejects.toMatchObject({
      status: 403,
    });
    await expect(run(project, { kind: "files", files: [] })).rejects.toMatchObject({ status: 422 });
    await expect(run(project, { kind: "zip", base64: "%" })).rejects.toMatchObject({ status: 422 });
    await expect(run(project, files({ "readme.md": "x" }))).rejects.toMatchObject({ code: "import.empty" });
    const other = await testProject(["not-on-the-server"]);
    await expect(run(other, { kind: "server" }, { service: "not-on-the-server" })).rejects.toMatchObject({
      code: "import.no_folder",
    });
  });
});

describe("a zip archive", () => {
  it("gives its SQL files, without what an archiver adds", () => {
    const found = readArchive(
      zip({
        "a/1_x.up.sql": "\uFEFFSELECT 'ü';",
        "__MACOSX/a/._1_x.up.sql": "x",
        "a/.git/x.sql": "x",
        "a/README.md": "x",
      }),
    );
    expect(found).toEqual([{ path: "a/1_x.up.sql", content: "SELECT 'ü';" }]);
  });

  it.each([
    ["../evil.sql"],
    ["a/../../evil.sql"],
    ["/etc/evil.sql"],
    ["C:\\evil.sql"],
    ["a\\..\\..\\evil.sql"],
  ])("with the path %s is refused", (path) => {
    expect(() => readArchive(zip({ [path]: "SELECT 1;" }))).toThrow(
      expect.objectContaining({ code: "import.path" }),
    );
  });

  it("that unfolds to more than a file may have is stopped on the way", () => {
    const bomb = zipSync({ "1_bomb.up.sql": new Uint8Array(100 * 1024 * 1024) });
    expect(bomb.length).toBeLessThan(200 * 1024);
    const before = process.memoryUsage().rss;
    expect(() => readArchive(bomb)).toThrow(expect.objectContaining({ code: "import.too_large" }));
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });

  it("of many files that unfold to too much together is stopped", () => {
    const part = new Uint8Array(15 * 1024 * 1024).fill(32);
    const bomb = zip(Object.fromEntries(Array.from({ length: 6 }, (_, n) => [`${n + 1}_x.up.sql`, part])));
    expect(() => readArchive(bomb)).toThrow(expect.objectContaining({ code: "import.too_large" }));
  });

  it("whose header lies about the size is counted as it unfolds", () => {
    const bomb = zipSync({ "1_bomb.up.sql": new Uint8Array(40 * 1024 * 1024) });
    // The uncompressed size in the local header, at offset 22.
    new DataView(bomb.buffer, bomb.byteOffset).setUint32(22, 10, true);
    expect(() => readArchive(bomb)).toThrow(expect.objectContaining({ code: "import.too_large" }));
  });

  it("that is none, cut off, encoded otherwise or too full is refused", () => {
    expect(() => readArchive(strToU8("SELECT 1; -- no archive at all"))).toThrow(
      expect.objectContaining({ code: "import.no_archive" }),
    );
    const damaged = new Uint8Array([...strToU8("PK\u0003\u0004"), ...new Uint8Array(200)]);
    expect(() => readArchive(damaged)).toThrow(expect.objectContaining({ code: "import.broken" }));
    const whole = zipSync({ "1_x.up.sql": crypto.getRandomValues(new Uint8Array(40_000)) }, { level: 0 });
    expect(() => readArchive(whole.subarray(0, 20_000))).toThrow(
      expect.objectContaining({ code: "import.broken" }),
    );
    expect(() => readArchive(zip({ "1_x.up.sql": new Uint8Array([0xff, 0xfe, 0x53, 0]) }))).toThrow(
      expect.objectContaining({ code: "import.encoding" }),
    );
    const many = zip(Object.fromEntries(Array.from({ length: 10_001 }, (_, n) => [`${n}.txt`, ""])));
    expect(() => readArchive(many)).toThrow(expect.objectContaining({ code: "import.too_many" }));
  });

  it("of an export is read back as the same files", () => {
    const all = [
      { path: "a/1_x.up.sql", content: "SELECT 'ü';\n" },
      { path: "a/1_x.down.sql", content: "" },
    ];
    expect(readArchive(writeArchive(all))).toEqual(all);
  });
});

/** A folder of a real project as files. */
function readReal(name: string) {
  const folder = corpus(`real/${name}`);
  if (!folder) return null;
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".sql"))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return { path: relative(folder, path), content: readFileSync(path, "utf8") };
    });
}

describe("real projects", () => {
  it("langfuse comes in whole, in order, and goes out as it came", async (test) => {
    const found = readReal("langfuse");
    if (!found) return test.skip("the corpus is not beside this checkout");
    const project = await testProject();
    const done = await run(project, { kind: "files", files: found });
    expect(done).toMatchObject({ created: found.length, refused: 0 });
    const { files: out } = await execute(exportMigrations, project.actors.viewer, { project: project.slug });
    expect(new Set(out.map((file) => file.content))).toEqual(new Set(found.map((file) => file.content)));
  });

  it("chinook is refused at the lines of its psql commands, and comes in without them", async (test) => {
    const found = readReal("chinook");
    if (!found) return test.skip("the corpus is not beside this checkout");
    const project = await testProject();
    const content = found[0]?.content ?? "";
    const lines = content.split("\n");
    const psql = lines.flatMap((line, index) => (/^\\/.test(line) ? [index + 1] : []));
    const seen = await preview(project, files({ "1_chinook.up.sql": content }));
    const named = seen.problems.map((problem) => problem.line);
    expect(psql.length).toBeGreaterThan(0);
    for (const line of psql) expect(named).toContain(line);
    expect(seen.items[0]?.action).toBe("refused");
    const rest = lines.filter((line) => !/^\\|^(DROP|CREATE) DATABASE/.test(line)).join("\n");
    expect(await run(project, files({ "1_chinook.up.sql": rest }))).toMatchObject({ created: 1 });
  });

  it("pagila comes in", async (test) => {
    const found = readReal("pagila");
    if (!found) return test.skip("the corpus is not beside this checkout");
    const project = await testProject();
    const source = {
      kind: "files",
      files: found.map((file, n) => ({ path: `${n + 1}_pagila.up.sql`, content: file.content })),
    };
    const seen = await preview(project, source);
    expect(seen.items.map((item) => item.action)).not.toContain("refused");
  });
});
