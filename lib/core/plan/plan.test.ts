import { describe, expect, it } from "vitest";
import { readMigrations } from "../migration/layouts";
import type { MigrationSource } from "../migration/types";
import { planDown, planUp } from "./plan";
import { computeStatus } from "./state";
import type { LedgerRow } from "./types";

function sources(files: Record<string, string>): MigrationSource[] {
  return readMigrations(Object.entries(files).map(([path, content]) => ({ path, content }))).migrations;
}

function row(migration: MigrationSource | undefined, change: Partial<LedgerRow> = {}): LedgerRow {
  if (!migration) throw new Error("no such migration");
  const { service, filename, version, name, kind, checksum } = migration;
  return {
    ...{ id: "1", service, filename, version, name, kind, checksum, direction: "up", status: "applied" },
    ...{ appliedAt: new Date(0), appliedBy: "me", executionMs: 1, errorMessage: null, runId: "r" },
    ...{ steps: null, schemaFingerprint: null, hasRollback: migration.down !== null },
    ...change,
  } as LedgerRow;
}

const three = sources({
  "1_a.up.sql": "A",
  "1_a.down.sql": "-A",
  "2_b.up.sql": "B",
  "2_b.down.sql": "-B",
  "3_c.up.sql": "C",
});
const [a, b, c] = three;
const up = (...args: Parameters<typeof planUp>) =>
  planUp(...args).steps.map((step) => step.migration.filename);
const states = (migrations: MigrationSource[], ledger: LedgerRow[]) =>
  Object.fromEntries(computeStatus(migrations, ledger).migrations.map((one) => [one.filename, one.state]));

describe("computeStatus", () => {
  it("tells every state of a migration", () => {
    expect(states(three, [row(b)])).toEqual({ "1_a": "out_of_order", "2_b": "applied", "3_c": "pending" });
    expect(states(three, [row(a, { checksum: "x" })])["1_a"]).toBe("changed");
    expect(states(three, [row(a, { status: "failed" })])["1_a"]).toBe("failed");
    expect(states(three, [row(a, { status: "running" })])["1_a"]).toBe("in_doubt");
    expect(states(three, [row(a, { status: "reverted", direction: "down" })])["1_a"]).toBe("pending");
    expect(states(three, [row(a, { status: "baseline" })])["1_a"]).toBe("applied");
    expect(states([...three.slice(1)], [row(a)])["1_a"]).toBe("missing");
  });

  it("says the latest version in the order of application, and counts", () => {
    const status = computeStatus(three, [row(b), row(a)]);
    expect(status).toMatchObject({ current: "2", counts: { applied: 2, pending: 1, out_of_order: 0 } });
    expect(computeStatus(three, []).current).toBeNull();
  });

  it("leaves services alone that are managed from somewhere else", () => {
    const [other] = sources({ "elsewhere/1_z.sql": "Z" });
    expect(states(three, [row(other)])).not.toHaveProperty("1_z");
  });

  it("says when the same scripts are recorded under another name of the service", () => {
    const asDefault = [row(a), row(b)].map((one) => ({ ...one, service: "default" }));
    const shop = three.map((one) => ({ ...one, service: "shop" }));
    const conflicts = computeStatus(shop, asDefault).conflicts;
    expect(conflicts).toMatchObject([{ code: "other_service", blocking: true, service: "shop" }]);
    expect(conflicts[0]?.message).toContain("1_a is under the name default (2 of its scripts)");
    expect(planUp(shop, asDefault).problems).toHaveLength(1);

    const own = row(a, { service: "shop" });
    expect(computeStatus(shop, [...asDefault, own]).conflicts).toEqual([]);
    const others = asDefault.map((one) => ({ ...one, checksum: "another script" }));
    expect(computeStatus(shop, others).conflicts).toEqual([]);
    expect(computeStatus([...shop, ...three], [row(a), row(b)]).conflicts).toEqual([]);
  });

  it("takes a changed repeatable migration as due and not as a conflict", () => {
    const [view] = sources({ "R__view.sql": "V" });
    const status = computeStatus(sources({ "R__view.sql": "V" }), [row(view, { checksum: "old" })]);
    expect([status.migrations[0]?.state, status.conflicts]).toEqual(["pending", []]);
  });

  it("tells repeated versions while one of them is still to come", () => {
    const twins = sources({ "1_a.sql": "A", "1_b.sql": "B" });
    expect(computeStatus(twins, []).conflicts).toMatchObject([
      { code: "duplicate_version", blocking: false, filename: "1_b" },
    ]);
    expect(computeStatus(twins, [row(twins[0]), row(twins[1])]).conflicts).toEqual([]);
  });
});

describe("planUp", () => {
  it("takes what is pending, in order, out of order ones included", () => {
    expect(up(three, [])).toEqual(["1_a", "2_b", "3_c"]);
    expect(up(three, [row(b)])).toEqual(["1_a", "3_c"]);
  });

  it("stops at a version or after a number of steps", () => {
    expect(up(three, [], { to: "2" })).toEqual(["1_a", "2_b"]);
    expect(up(three, [], { to: "2_b" })).toEqual(["1_a", "2_b"]);
    expect(up(three, [], { steps: 1 })).toEqual(["1_a"]);
    expect(planUp(three, [], { to: "9" }).problems).toMatchObject([{ code: "unknown_version" }]);
  });

  it("refuses what was changed or is in doubt, unless allowed", () => {
    const changed = [row(a, { checksum: "x" })];
    expect(planUp(three, changed).problems).toMatchObject([{ code: "changed", filename: "1_a" }]);
    expect(planUp(three, changed, { allow: ["changed"] })).toMatchObject({ problems: [], steps: [{}, {}] });
    const doubt = [row(a, { status: "in_doubt" })];
    expect(planUp(three, doubt).problems).toMatchObject([{ code: "in_doubt" }]);
    expect(up(three, doubt, { allow: ["in_doubt"] })).toEqual(["2_b", "3_c"]);
  });

  it("plans again what failed without a trace and what can be resumed", () => {
    expect(planUp(three, [row(a, { status: "failed" })])).toMatchObject({
      problems: [],
      steps: [{}, {}, {}],
    });
    const half = row(a, { status: "running", steps: { total: 3, done: ["x"], current: 2 } });
    expect(planUp(three, [half])).toMatchObject({ problems: [], steps: [{}, {}, {}] });
  });

  it("keeps away from a migration whose down script stopped half-way", () => {
    const half = row(a, { status: "failed", direction: "down", steps: { total: 3, done: ["x"] } });
    const plan = planUp(three, [half]);
    expect(plan.problems).toMatchObject([{ code: "failed", filename: "1_a" }]);
    expect(plan.steps.map((step) => step.migration.filename)).toEqual(["2_b", "3_c"]);
  });

  it("runs repeatable migrations last, and again when they changed", () => {
    const all = sources({ "R__a.sql": "V", "2_b.sql": "B", "1_a.sql": "-- dbmigrator: repeatable\nW" });
    expect(up(all, [])).toEqual(["2_b", "R__a", "1_a"]);
    const done = all.map((one) => row(one));
    expect(up(all, done)).toEqual([]);
    expect(
      up(
        all,
        done.map((one) => (one.filename === "R__a" ? { ...one, checksum: "old" } : one)),
      ),
    ).toEqual(["R__a"]);
  });

  it("runs a migration after those that it requires of other services", () => {
    const all = sources({
      "orders/1_first.sql": "-- dbmigrator: requires=users/5\nA",
      "orders/2_next.sql": "B",
      "users/4_x.sql": "C",
      "users/5_y.sql": "D",
    });
    expect(up(all, [])).toEqual(["4_x", "5_y", "1_first", "2_next"]);
    expect(planUp(all, [], { service: "orders" }).problems).toMatchObject([
      { code: "requires_missing", filename: "1_first" },
    ]);
    const users = all.filter((one) => one.service === "users").map((one) => row(one));
    expect(planUp(all, users, { service: "orders" }).problems).toEqual([]);
  });

  it("tells a requirement that is unknown, and one that goes round in a circle", () => {
    expect(planUp(sources({ "1_a.sql": "-- dbmigrator: requires=x/9\nA" }), []).problems).toMatchObject([
      { code: "requires_missing" },
    ]);
    const circle = sources({
      "a/1_a.sql": "-- dbmigrator: requires=b/1\n",
      "b/1_b.sql": "-- dbmigrator: requires=a/1\n",
    });
    expect(planUp(circle, []).problems.map((one) => one.code)).toEqual(["requires_cycle", "requires_cycle"]);
  });

  it("asks what a migration requires only of those that are to run", () => {
    const all = sources({ "1_a.sql": "A", "2_b.sql": "-- dbmigrator: requires=x/9\nB" });
    expect(planUp(all, [], { steps: 1 })).toMatchObject({
      steps: [{ migration: { filename: "1_a" } }],
      problems: [],
    });
    expect(planUp(all, [], { to: "1" }).problems).toEqual([]);
    expect(planUp(all, [], { steps: 2 }).problems).toHaveLength(1);
  });

  it("leaves out what is for other environments", () => {
    const all = sources({ "1_seed.sql": "-- dbmigrator: environments=test,dev\nA", "2_b.sql": "B" });
    expect(up(all, [], { environment: "production" })).toEqual(["2_b"]);
    expect(up(all, [], { environment: "dev" })).toEqual(["1_seed", "2_b"]);
  });
});

describe("planDown", () => {
  const applied = [row(a), row(b)];
  const names = (...args: Parameters<typeof planDown>) =>
    planDown(...args).steps.map((step) => step.migration.filename);

  it("takes the latest first: one, several, or down to a version", () => {
    expect(names(three, applied)).toEqual(["2_b"]);
    expect(names(three, applied, { steps: 2 })).toEqual(["2_b", "1_a"]);
    expect(names(three, applied, { to: "1" })).toEqual(["2_b"]);
    expect(names(three, applied, { to: "0" })).toEqual(["2_b", "1_a"]);
    expect(planDown(three, applied, { to: "7" }).problems).toMatchObject([{ code: "unknown_version" }]);
  });

  it("refuses where there is no way back", () => {
    expect(planDown(three, [row(c)]).problems).toMatchObject([{ code: "no_down" }]);
    expect(planDown([], [row(c)]).problems).toMatchObject([{ code: "missing" }]);
    expect(planDown(three, [row(a, { checksum: "x" })]).problems).toMatchObject([{ code: "changed" }]);
    expect(planDown(three, [row(a, { status: "running" })]).problems).toMatchObject([{ code: "in_doubt" }]);
  });
});
