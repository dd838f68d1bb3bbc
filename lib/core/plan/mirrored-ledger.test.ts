import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readMigrations } from "../migration/layouts";
import type { MigrationSource } from "../migration/types";
import { ledgerOf } from "./mirrored-ledger";
import { computeStatus, isUnfinished } from "./state";
import type { LedgerRow, LedgerStatus } from "./types";

const STATUSES: LedgerStatus[] = ["running", "applied", "failed", "reverted", "baseline", "in_doubt"];

function scripts(texts: Record<string, string>): MigrationSource[] {
  const files = Object.entries(texts).map(([path, content]) => ({ path: `orders/${path}`, content }));
  return readMigrations(files).migrations;
}

const anyScript = fc.constantFrom("SELECT 1;", "SELECT 2;");
const anyScripts = fc
  .dictionary(fc.constantFrom("1_a.sql", "2_b.sql", "3_c.sql", "4_d.sql", "R__v.sql"), anyScript)
  .map(scripts);

/** Rows of a ledger, one a migration, in whatever state. */
const anyLedger = fc
  .tuple(anyScripts, fc.array(fc.nat(STATUSES.length - 1), { minLength: 5, maxLength: 5 }))
  .map(([held, states]): LedgerRow[] =>
    held.map(({ service, filename, version, name, kind, checksum, down }, at) => ({
      ...{ id: "", service, filename, version, name, kind, checksum },
      status: STATUSES[states[at] ?? 0] ?? "applied",
      ...{
        direction: "up",
        appliedAt: new Date(at * 1000),
        appliedBy: "me",
        executionMs: at,
        errorMessage: null,
      },
      ...{ runId: `run ${at}`, steps: null, schemaFingerprint: null, hasRollback: down !== null },
    })),
  );

describe("a ledger as its status remembers it", () => {
  it("gives the status that the ledger gives, whatever becomes of the scripts", () => {
    fc.assert(
      fc.property(anyScripts, anyScripts, anyLedger, (before, after, ledger) => {
        // What may be in effect keeps its script: deleting and renaming it are refused.
        const there = new Set(after.map((one) => one.filename));
        fc.pre(ledger.every((row) => !isUnfinished(row) || there.has(row.filename)));
        // A failure without a script is no part of a status; should its script come back, the next reading tells.
        const told = new Set(before.map((one) => one.filename));
        fc.pre(ledger.every((row) => row.status !== "failed" || told.has(row.filename)));
        const remembered = ledgerOf(computeStatus(before, ledger));
        // A row that was taken back says only what its last run took; without a script it is forgotten.
        const counts = (rows: LedgerRow[]) => rows.filter((row) => row.status !== "reverted");
        expect(computeStatus(after, counts(remembered))).toEqual(computeStatus(after, counts(ledger)));
      }),
    );
  });

  it("keeps what the last run of a migration that was taken back took", () => {
    const [only] = scripts({ "1_a.sql": "SELECT 1;" });
    const { service = "", filename = "", version = "", name = "", checksum = "" } = only ?? {};
    const row: LedgerRow = {
      ...{ id: "", service, filename, version, name, kind: "versioned", checksum },
      ...{ status: "reverted", direction: "down", appliedAt: new Date(0), appliedBy: "me", executionMs: 7 },
      ...{ errorMessage: null, runId: "r", steps: null, schemaFingerprint: null, hasRollback: false },
    };
    const status = computeStatus(only ? [only] : [], [row]);
    expect(status.migrations[0]).toMatchObject({ state: "pending", executionMs: 7, runId: "r" });
    expect(computeStatus(only ? [only] : [], ledgerOf(status))).toEqual(status);
  });
});
