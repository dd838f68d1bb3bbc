import { describe, expect, it } from "vitest";
import type { LedgerRow } from "../../core/plan/types";
import type { PlannedMigration } from "../../core/run/types";
import { judgeByLedger } from "./judge";

const planned = (filename: string, direction: "up" | "down" = "up"): PlannedMigration => ({
  ...{
    service: "s",
    filename,
    version: filename,
    name: "",
    direction,
    checksum: `sum of ${filename}`,
    transaction: "one",
  },
});
const row = (filename: string, status: LedgerRow["status"], more: Partial<LedgerRow> = {}): LedgerRow => ({
  ...{
    id: "1",
    service: "s",
    filename,
    version: filename,
    name: "",
    kind: "versioned",
    direction: "up",
    status,
  },
  ...{
    checksum: `sum of ${filename}`,
    appliedAt: new Date(0),
    appliedBy: "",
    executionMs: 1,
    errorMessage: null,
  },
  ...{ runId: "run", steps: null, schemaFingerprint: null, hasRollback: true },
  ...more,
});
const judge = (plan: PlannedMigration[], ledger: LedgerRow[]) => {
  const { kind, migrations, changed } = judgeByLedger(plan, ledger, "run");
  return [kind, migrations.map((one) => one.outcome), changed];
};

describe("what became of a run, by the ledger alone", () => {
  it.each<[string, PlannedMigration[], LedgerRow[], unknown]>([
    [
      "everything applied",
      [planned("1"), planned("2")],
      [row("1", "applied"), row("2", "applied")],
      ["succeeded", ["applied", "applied"], true],
    ],
    ["no row at all", [planned("1"), planned("2")], [], ["untouched", ["not_reached", "not_reached"], false]],
    [
      "the first applied",
      [planned("1"), planned("2")],
      [row("1", "applied")],
      ["failed", ["applied", "not_reached"], true],
    ],
    [
      "applied with another script",
      [planned("1")],
      [row("1", "applied", { checksum: "other" })],
      ["untouched", ["not_reached"], false],
    ],
    ["failed by this run", [planned("1")], [row("1", "failed")], ["failed", ["failed"], false]],
    [
      "failed by a run before",
      [planned("1")],
      [row("1", "failed", { runId: "before" })],
      ["untouched", ["not_reached"], false],
    ],
    [
      "left half-way",
      [planned("1")],
      [row("1", "running", { steps: { total: 3, done: ["a"] } })],
      ["failed", ["failed"], true],
    ],
    [
      "unclear to the ledger itself",
      [planned("1"), planned("2")],
      [row("1", "applied"), row("2", "in_doubt")],
      ["in_doubt", ["applied", "in_doubt"], true],
    ],
    [
      "reverted",
      [planned("1", "down")],
      [row("1", "reverted", { direction: "down" })],
      ["succeeded", ["reverted"], true],
    ],
    ["not reverted", [planned("1", "down")], [row("1", "applied")], ["untouched", ["not_reached"], false]],
  ])("with %s", (_, plan, ledger, expected) => {
    expect(judge(plan, ledger)).toEqual(expected);
  });
});
