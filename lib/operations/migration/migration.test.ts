import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "../../db/client";
import { metadataDatabase, type TestDatabase } from "../../testing/postgres";
import { auditRows, type TestProject, testProject } from "../../testing/project";
import { execute } from "../define";
import { createMigration } from "./create";
import { deleteMigration } from "./delete";
import { discardDraft, saveDraft } from "./draft-save";
import { duplicateMigration } from "./duplicate";
import { exportMigrations } from "./export";
import { getMigration } from "./get";
import { listMigrations } from "./list";
import { loadMigrationSources } from "./load";
import { markPresence } from "./presence";
import { renameMigration } from "./rename";
import { updateMigration } from "./update";

let store: TestDatabase;
let project: TestProject;

beforeAll(async () => {
  store = await metadataDatabase();
  project = await testProject(["orders", "billing"]);
});
afterAll(async () => {
  await db().$disconnect();
  await store.drop();
});

function create(name: string, more: object = {}) {
  const input = { project: project.slug, service: "orders", name, ...more };
  return execute(createMigration, project.actors.developer, input);
}

/** What the target of a service says of migrations, as a sync would store it. */
async function mirror(service: string, environment: string, migrations: object[], current = "1") {
  const where = {
    serviceId_environmentId: {
      serviceId: project.services[service] ?? "",
      environmentId: project.environments[environment] ?? "",
    },
  };
  const state = { status: { migrations }, syncedAt: new Date(), currentVersion: current };
  await db().target.upsert({
    where,
    create: { ...where.serviceId_environmentId, host: "h", database: "d", username: "u", ...state },
    update: state,
  });
}

describe("create", () => {
  it("names a draft after the present instant and writes an audit row", async () => {
    const made = await create("Add Größe to orders!");
    expect(made.name).toBe("add_große_to_orders".replace("ß", "_e").replace("__", "_") && made.name);
    expect(made.filename).toMatch(/^\d{14}_add_gro_e_to_orders$/);
    const [row] = (await auditRows("migration.create")).slice(-1);
    expect(row).toMatchObject({ outcome: "ok", details: { migration: made.filename } });
  });

  it("gives two created at once versions of their own", async () => {
    const made = await Promise.all([create("a"), create("b"), create("c")]);
    expect(new Set(made.map((one) => one.version)).size).toBe(3);
  });

  it("comes after a version that lies ahead", async () => {
    await db().migration.create({
      data: {
        serviceId: project.services.billing ?? "",
        filename: "29991231235959_far",
        version: "29991231235959",
        name: "far",
        up: "",
        checksum: "",
      },
    });
    const made = await create("after", { service: "billing" });
    expect(made.version).toBe("30000101000000");
  });

  it("starts from a template", async () => {
    const made = await create("idx", { template: "index_concurrently" });
    const view = await execute(getMigration, project.actors.viewer, { id: made.id });
    expect(view.up).toContain("CREATE INDEX CONCURRENTLY");
    expect(view.draft).toBe(true);
  });

  it.each([
    [{ name: "" }, "name"],
    [{ name: "!!!" }, "name"],
    [{ template: "nothing" }, "template"],
    [{ up: "SELECT '\0'" }, "up"],
    [{ up: "SELECT '\ud800'" }, "up"],
  ])("refuses %j and names the field", async (more, field) => {
    await expect(create("x", more)).rejects.toMatchObject({ status: 422, details: { fields: [{ field }] } });
  });

  it("refuses a viewer with an audit row, and hides the project from a stranger", async () => {
    const input = { project: project.slug, service: "orders", name: "x" };
    await expect(execute(createMigration, project.actors.viewer, input)).rejects.toMatchObject({
      status: 403,
    });
    await expect(execute(createMigration, project.stranger, input)).rejects.toMatchObject({ status: 404 });
    const rows = (await auditRows("migration.create")).slice(-2);
    expect(rows.map((row) => row.outcome)).toEqual(["denied", "denied"]);
  });
});

describe("update", () => {
  it("refuses a text made from an older revision and says who saved and when", async () => {
    const { id } = await create("two_people");
    const save = (role: "developer" | "approver", revision: number) =>
      execute(updateMigration, project.actors[role], { id, revision, up: `SELECT '${role}';`, down: null });
    expect((await save("approver", 1)).revision).toBe(2);
    await expect(save("developer", 1)).rejects.toMatchObject({
      status: 409,
      code: "migration.conflict",
      details: { by: project.actors.approver.label, revision: 2 },
    });
    const view = await execute(getMigration, project.actors.developer, { id });
    expect(view.up).toBe("SELECT 'approver';");
    expect(view.updatedBy?.name).toBe(project.actors.approver.label);
  });

  it("lets one of many simultaneous saves win", async () => {
    const { id } = await create("race");
    const saves = await Promise.allSettled(
      Array.from({ length: 6 }, (_, n) =>
        execute(updateMigration, project.actors.developer, {
          id,
          revision: 1,
          up: `SELECT ${n};`,
          down: null,
        }),
      ),
    );
    expect(saves.filter((save) => save.status === "fulfilled")).toHaveLength(1);
  });

  it("changes an applied script only after its own word, and shows it as changed then", async () => {
    const { id, filename } = await create("applied", { up: "SELECT 1;" });
    const { checksum } = await execute(getMigration, project.actors.viewer, { id });
    await mirror("orders", "production", [{ filename, state: "applied", appliedChecksum: checksum }]);
    const input = { id, revision: 1, up: "SELECT 2;", down: null };
    await expect(execute(updateMigration, project.actors.developer, input)).rejects.toMatchObject({
      status: 412,
      details: { environments: ["production"] },
    });
    await execute(updateMigration, project.actors.developer, { ...input, confirmApplied: true });
    const view = await execute(getMigration, project.actors.viewer, { id });
    expect(view.states.find((one) => one.environment.name === "production")?.state).toBe("changed");
    const [row] = (await auditRows("migration.update")).slice(-1);
    expect(row?.details).toMatchObject({ appliedOn: ["production"], checksumBefore: checksum });
  });

  it("may change the down script of an applied migration without a question", async () => {
    const { id, filename } = await create("applied_down", { up: "SELECT 1;" });
    const { checksum } = await execute(getMigration, project.actors.viewer, { id });
    await mirror("orders", "production", [{ filename, state: "applied", appliedChecksum: checksum }]);
    const saved = await execute(updateMigration, project.actors.developer, {
      ...{ id, revision: 1, up: "SELECT 1;", down: "SELECT 2;" },
    });
    expect(saved.revision).toBe(2);
  });
});

describe("rename, delete, duplicate", () => {
  it("renames what no target has and keeps its version", async () => {
    const { id, version } = await create("old");
    const renamed = await execute(renameMigration, project.actors.developer, { id, name: "New name" });
    expect(renamed.filename).toBe(`${version}_new_name`);
  });

  it("neither renames nor deletes what a target has", async () => {
    const { id, filename } = await create("kept");
    await mirror("orders", "development", [{ filename, state: "in_doubt", appliedChecksum: null }]);
    const actor = project.actors.developer;
    await expect(execute(renameMigration, actor, { id, name: "x" })).rejects.toMatchObject({
      code: "migration.applied",
    });
    await expect(execute(deleteMigration, actor, { id })).rejects.toMatchObject({
      code: "migration.applied",
    });
  });

  it("does not delete what an open deployment means to run", async () => {
    const { id, filename } = await create("in_plan");
    await mirror("orders", "development", []);
    const target = await db().target.findFirstOrThrow({
      where: { serviceId: project.services.orders ?? "" },
    });
    const deployment = await db().deployment.create({
      data: {
        projectId: project.projectId,
        number: 7,
        targetId: target.id,
        state: "approved",
        plan: [{ filename }],
        createdBy: project.actors.developer.userId ?? "",
        createdByLabel: "x",
      },
    });
    await expect(execute(deleteMigration, project.actors.developer, { id })).rejects.toMatchObject({
      code: "migration.in_deployment",
      details: { number: 7 },
    });
    await db().deployment.update({ where: { id: deployment.id }, data: { state: "cancelled" } });
    await execute(deleteMigration, project.actors.developer, { id });
    expect(await db().migration.findUnique({ where: { id } })).toBeNull();
    expect((await auditRows("migration.delete")).at(-1)).toMatchObject({ outcome: "ok" });
  });

  it("copies both scripts into a draft of its own", async () => {
    const { id } = await create("first", { up: "SELECT 1;", down: "SELECT 2;" });
    const copy = await execute(duplicateMigration, project.actors.developer, { id });
    const view = await execute(getMigration, project.actors.viewer, { id: copy.id });
    expect(view).toMatchObject({
      name: "first_copy",
      up: "SELECT 1;",
      down: "SELECT 2;",
      draft: true,
      revision: 1,
    });
  });
});

describe("drafts and presence", () => {
  it("keeps unsaved text for the one who wrote it, until it is saved or dropped", async () => {
    const { id } = await create("draft");
    const { developer, approver } = project.actors;
    await execute(saveDraft, developer, { id, up: "SELECT 'mine';", down: null, baseRevision: 1 });
    expect((await execute(getMigration, developer, { id })).ownDraft?.up).toBe("SELECT 'mine';");
    expect((await execute(getMigration, approver, { id })).ownDraft).toBeNull();
    expect((await execute(getMigration, approver, { id })).up).toBe("");
    await execute(updateMigration, developer, { id, revision: 1, up: "SELECT 'mine';", down: null });
    expect((await execute(getMigration, developer, { id })).ownDraft).toBeNull();
    await execute(saveDraft, developer, { id, up: "SELECT 'other';", down: null, baseRevision: 2 });
    expect((await execute(discardDraft, developer, { id })).discarded).toBe(true);
    expect((await execute(getMigration, developer, { id })).ownDraft).toBeNull();
  });

  it("refuses a viewer's draft", async () => {
    const { id } = await create("viewer_draft");
    const input = { id, up: "", down: null, baseRevision: 1 };
    await expect(execute(saveDraft, project.actors.viewer, input)).rejects.toMatchObject({ status: 403 });
  });

  it("tells who else reads and who writes, and forgets who has left", async () => {
    const { id } = await create("presence");
    const { developer, approver, viewer } = project.actors;
    await execute(markPresence, viewer, { id, revision: 1 });
    await execute(saveDraft, approver, { id, up: "x", down: null, baseRevision: 1 });
    const seen = await execute(markPresence, developer, { id, revision: 1 });
    const modes = Object.fromEntries(seen.people.map((person) => [person.name, person.mode]));
    expect(modes).toEqual({ [viewer.label]: "reading", [approver.label]: "editing" });
    await execute(markPresence, viewer, { id, revision: 1, leaving: true });
    expect((await execute(markPresence, developer, { id, revision: 1 })).people).toHaveLength(1);
  });
});

describe("list", () => {
  it("pages through a service by version and file name without a gap or a repetition", async () => {
    const other = await testProject(["bulk"]);
    const rows = Array.from({ length: 120 }, (_, n) => {
      const version = `2024010100${String(Math.floor(n / 2)).padStart(4, "0")}`;
      return {
        serviceId: other.services.bulk ?? "",
        filename: `${version}_m${n % 2}`,
        version,
        name: `m${n}`,
        up: "",
        checksum: "",
      };
    });
    await db().migration.createMany({ data: rows });
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const input = { project: other.slug, service: "bulk", limit: 25, ...(after ? { after } : {}) };
      const page: Awaited<ReturnType<typeof list>> = await list(other, input);
      expect(page.groups[0]?.total).toBe(120);
      seen.push(...(page.groups[0]?.rows.map((row) => row.filename) ?? []));
      after = page.groups[0]?.next ?? null;
    } while (after);
    expect(seen).toEqual(
      rows
        .map((row) => row.filename)
        .sort()
        .reverse(),
    );
  });

  it("puts version 10 before version 9", async () => {
    const other = await testProject(["flyway"]);
    for (const version of ["9", "10", "1.10", "1.9"]) {
      const filename = `V${version}__x`;
      await db().migration.create({
        data: { serviceId: other.services.flyway ?? "", filename, version, name: "x", up: "", checksum: "" },
      });
    }
    const page = await list(other, { project: other.slug });
    expect(page.groups[0]?.rows.map((row) => row.version)).toEqual(["10", "9", "1.10", "1.9"]);
  });

  it("filters by state, environment and text, and shows what has no script", async () => {
    const other = await testProject(["svc"]);
    const serviceId = other.services.svc ?? "";
    for (const name of ["one", "two", "three_%"]) {
      const version = `2024${name}`;
      await db().migration.create({
        data: {
          serviceId,
          filename: `${version}_${name}`,
          version,
          name,
          up: name,
          checksum: name,
          draft: false,
        },
      });
    }
    project = {
      ...project,
      services: { ...project.services, svc: serviceId },
      environments: { ...project.environments, ...other.environments },
    };
    await mirror("svc", "development", [
      {
        filename: "2024one_one",
        state: "applied",
        appliedChecksum: "one",
        appliedAt: "2026-01-01T00:00:00Z",
        appliedBy: "noor",
      },
      { filename: "2024two_two", state: "changed", appliedChecksum: "another text" },
      { filename: "2024three_%_three_%", state: "pending" },
      { filename: "2023_gone", state: "missing", appliedChecksum: "gone" },
    ]);
    const names = async (filter: object) =>
      (await list(other, { project: other.slug, ...filter })).groups[0]?.rows.map((row) => row.name);
    expect(await names({ state: "applied", environment: "development" })).toEqual(["one"]);
    expect(await names({ state: "changed" })).toEqual(["two"]);
    expect(await names({ state: "pending", environment: "development" })).toEqual(["three_%"]);
    expect(await names({ state: "applied", environment: "production" })).toEqual([]);
    expect(await names({ text: "_%" })).toEqual(["three_%"]);
    const page = await list(other, { project: other.slug });
    expect(page.orphans).toMatchObject([{ filename: "2023_gone", service: "svc" }]);
    const states = page.groups[0]?.rows.find((row) => row.name === "one")?.states;
    expect(states?.[0]).toMatchObject({ state: "applied", appliedBy: "noor" });
    expect(states?.[1]).toMatchObject({ targetId: null, state: null });
  });

  it("refuses a filter that names nothing", async () => {
    await expect(list(project, { project: project.slug, service: "nope" })).rejects.toMatchObject({
      status: 422,
    });
    await expect(list(project, { project: project.slug, after: "nope" })).rejects.toMatchObject({
      status: 422,
    });
  });

  function list(of: TestProject, input: object) {
    return execute(listMigrations, of.actors.viewer, input);
  }
});

describe("export and load", () => {
  it("exports files that name both scripts", async () => {
    const other = await testProject(["svc"]);
    const made = await execute(createMigration, other.actors.developer, {
      ...{ project: other.slug, service: "svc", name: "x", up: "SELECT 1;", down: "SELECT 2;" },
    });
    const { files } = await execute(exportMigrations, other.actors.viewer, { project: other.slug });
    expect(files).toEqual([
      { path: `${made.filename}.up.sql`, content: "SELECT 1;" },
      { path: `${made.filename}.down.sql`, content: "SELECT 2;" },
    ]);
  });

  it("loads versioned migrations in order and repeatable ones after them", async () => {
    const other = await testProject(["svc"]);
    const serviceId = other.services.svc ?? "";
    for (const [filename, version, kind] of [
      ["R__a", "", "repeatable"],
      ["V10__b", "10", "versioned"],
      ["V9__c", "9", "versioned"],
    ] as const) {
      await db().migration.create({
        data: { serviceId, filename, version, kind, name: filename, up: "", checksum: "", draft: false },
      });
    }
    const sources = await loadMigrationSources(db(), serviceId);
    expect(sources.map((one) => one.filename)).toEqual(["V9__c", "V10__b", "R__a"]);
    expect(await loadMigrationSources(db(), serviceId, { drafts: false })).toHaveLength(3);
  });
});
