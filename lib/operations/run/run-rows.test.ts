import { beforeEach, describe, expect, it } from "vitest";
import { RunRows } from "./run-rows";

const blocker = (pid: number) => ({
  pid,
  application: "reporting",
  user: null,
  state: null,
  sinceSeconds: 1,
  query: null,
  relation: "orders",
  mode: null,
});
const migration = "1_a";
let rows: RunRows;

beforeEach(() => {
  rows = new RunRows({ lockTimeoutMs: 3000, lockWaitMs: 60_000, attempts: 10 });
  rows.plan([1, 2].map((statement) => ({ position: statement, migration, statement })));
});

const start = (attempt = 1) =>
  rows.add({ type: "migration.start", position: 1, migration, statements: 2, attempt, transaction: "one" });
const begin = (statement: number) =>
  rows.add({ type: "statement.start", migration, statement, line: statement, sql: "" });
const done = (statement: number) =>
  rows.add({ type: "statement.done", migration, statement, durationMs: 5, rows: 3 });
const states = () => rows.take().patches.map((patch) => [patch.position, patch.state]);

describe("rows of a run", () => {
  it("follow its statements", () => {
    start();
    begin(1);
    done(1);
    begin(2);
    expect(states()).toEqual([
      [1, "done"],
      [2, "running"],
    ]);
    done(2);
    rows.add({ type: "migration.recorded", migration, durationMs: 12 });
    const { patches, log } = rows.take();
    expect(patches).toMatchObject([{ position: 2, state: "done", durationMs: 5, rows: 3 }]);
    expect(log.map((line) => line.code)).toEqual(["statement_done", "migration_recorded"]);
  });

  it("part the keys that did not come back otherwise than the columns of a key", () => {
    const told = { restored: 5, newer: 1, gone: 0, orphaned: 1, examples: ["1, 3", "2, 3"] };
    rows.add({ type: "undo.put_back", migration, statement: 1, relation: "public.line", ...told });
    expect(rows.take().log[0]?.data).toMatchObject({ lost: 2, examples: "1, 3; 2, 3" });
  });

  it("count the wait for locks of every attempt, and not of the last one alone", () => {
    const blocked = (waitedMs: number) =>
      rows.add({ type: "statement.blocked", migration, statement: 1, waitedMs, blockers: [blocker(7)] });
    rows.add({ type: "lock.acquired", waitedMs: 50 });
    for (const attempt of [1, 2]) {
      start(attempt);
      begin(1);
      blocked(300);
      blocked(900);
      rows.add({ type: "migration.undone", migration, reason: "lock_timeout" });
      const again = { type: "migration.retry", migration, attempt: attempt + 1, of: 10, inMs: 5000 } as const;
      rows.add({ ...again, blockers: [blocker(7)] });
    }
    expect(rows.take().waiting?.totalMs).toBe(rows.lockWaitMs);
    start(3);
    begin(1);
    blocked(400);
    done(1);
    const known = 50 + 900 + 900 + 400;
    expect(rows.lockWaitMs).toBeGreaterThanOrEqual(known);
    // The pauses between attempts, in which nobody is held up, are no part of it.
    expect(rows.lockWaitMs).toBeLessThan(known + 5000);
  });

  it("say who is in the way, once for the same sessions", () => {
    start();
    begin(1);
    for (const waitedMs of [300, 600, 900]) {
      rows.add({ type: "statement.blocked", migration, statement: 1, waitedMs, blockers: [blocker(7)] });
    }
    rows.add({
      type: "statement.blocked",
      migration,
      statement: 1,
      waitedMs: 1200,
      blockers: [blocker(7), blocker(8)],
    });
    const { log, waiting } = rows.take();
    expect(log.filter((line) => line.code === "statement_blocked").map((line) => line.data.blockers)).toEqual(
      ["7 (reporting)", "7 (reporting), 8 (reporting)"],
    );
    expect(waiting).toMatchObject({
      kind: "lock",
      position: 1,
      waitedMs: 1200,
      limitMs: 3000,
      attempt: 1,
      of: 10,
    });
    done(1);
    expect(rows.waiting).toBeNull();
  });

  it("undo what an attempt did and begin again", () => {
    start();
    begin(1);
    done(1);
    begin(2);
    rows.add({ type: "migration.retry", migration, attempt: 2, of: 10, inMs: 400, blockers: [blocker(7)] });
    expect(states()).toEqual([
      [1, "undone"],
      [2, "undone"],
    ]);
    expect(rows.waiting).toMatchObject({ kind: "retry", attempt: 2, nextInMs: 400 });
    start(2);
    expect(states()).toEqual([
      [1, "waiting"],
      [2, "waiting"],
    ]);
  });

  it("tell the statement that somebody cancelled from one that failed", () => {
    start();
    begin(1);
    done(1);
    begin(2);
    const failure = { sqlState: "57014", message: "canceling statement due to user request" };
    rows.add({ type: "statement.failed", migration, statement: 2, failure });
    rows.add({ type: "migration.undone", migration, reason: "cancelled" });
    expect(states()).toEqual([
      [1, "undone"],
      [2, "cancelled"],
    ]);
  });

  it("leave committed statements alone when a later one is tried again", () => {
    start();
    begin(1);
    done(1);
    begin(2);
    const unit = { from: 2, to: 2 };
    rows.add({ type: "migration.undone", migration, reason: "lock_timeout", unit });
    rows.add({ type: "migration.retry", migration, attempt: 2, of: 10, inMs: 400, blockers: [], unit });
    expect(states()).toEqual([
      [1, "done"],
      [2, "undone"],
    ]);
  });

  it("count the rows of a statement that is repeated, and log it now and then", () => {
    start();
    begin(1);
    for (const batches of [1, 2, 3]) {
      rows.add({
        ...{ type: "statement.batch", migration, statement: 1, batches, rows: batches * 10 },
        ...{ batchRows: 10, durationMs: 5, pauseMs: 0 },
      });
    }
    const { patches, log } = rows.take();
    expect(patches).toMatchObject([{ position: 1, state: "running", rows: 30 }]);
    expect(log.filter((line) => line.code === "statement_batch")).toMatchObject([
      { data: { batches: 1, rows: 10 } },
    ]);
  });

  it("keep what could not be written, and the newer state of the same step", () => {
    start();
    begin(1);
    const taken = rows.take();
    done(1);
    rows.giveBack(taken);
    const { patches, log } = rows.take();
    expect(patches).toMatchObject([
      { position: 1, state: "done", durationMs: 5, startedAt: expect.any(String) },
    ]);
    expect(log.map((line) => line.code)).toEqual(["migration_start", "statement_done"]);
  });
});
