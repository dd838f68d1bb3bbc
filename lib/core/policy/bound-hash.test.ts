import { describe, expect, it } from "vitest";
import type { CheckResult } from "../run/types";
import { type BoundScript, boundHash } from "./bound-hash";

const result: CheckResult = {
  facts: [
    {
      index: 1,
      line: 1,
      statement: "ALTER TABLE",
      locks: [{ relation: "orders", mode: "ACCESS EXCLUSIVE" }],
      rewrite: "no",
      scan: "no",
    },
  ],
  findings: [],
  severity: "safe",
  dryRun: {
    shadow: {
      kind: "embedded",
      serverVersion: "18.4",
      createdMs: 90,
      reason: { code: "embedded_same", params: {}, message: "" },
      notes: [],
    },
    statements: [
      {
        migration: "1_a",
        statement: 1,
        line: 1,
        sql: "ALTER TABLE orders …",
        locks: [{ relation: "orders", mode: "ACCESS EXCLUSIVE" }],
        rewrites: [],
        scans: [],
        scansObserved: false,
        durationMs: 3,
        rows: null,
        error: null,
        tried: true,
      },
    ],
    ok: true,
    targetFingerprint: "b",
    schemaBefore: "",
    schemaAfter: "",
    fingerprintBefore: "b",
    fingerprintAfter: "a",
    rollback: { proven: true, reason: "proven", durationMs: 5 },
  },
  dryRunError: null,
  problems: [],
  destroys: [],
  targetFingerprint: "b",
};
const script: BoundScript = { filename: "1_a", direction: "up", checksum: "c1", downChecksum: "d1" };
const scripts = [script];
const target = { host: "db", port: 5432, database: "shop", fingerprint: "b" };
const base = { scripts, result, target };
const hash = boundHash(base).hash;

function tried(copy: typeof base) {
  if (!copy.result.dryRun) throw new Error("not tried");
  return copy.result.dryRun;
}

function statement(copy: typeof base) {
  const first = tried(copy).statements[0];
  if (!first) throw new Error("no statement");
  return first;
}

type Change = (copy: typeof base) => void;

describe("bound hash", () => {
  it.each<[string, Change]>([
    [
      "the script",
      (c) => {
        c.scripts[0] = { ...script, checksum: "c2" };
      },
    ],
    [
      "the way back",
      (c) => {
        c.scripts[0] = { ...script, downChecksum: null };
      },
    ],
    [
      "the direction",
      (c) => {
        c.scripts[0] = { ...script, direction: "down" };
      },
    ],
    [
      "one script more",
      (c) => {
        c.scripts.push({ filename: "2_b", direction: "up", checksum: "c", downChecksum: null });
      },
    ],
    [
      "the target's schema",
      (c) => {
        c.target.fingerprint = "other";
      },
    ],
    [
      "the target's server",
      (c) => {
        c.target.host = "other";
      },
    ],
    [
      "the target's database",
      (c) => {
        c.target.database = "other";
      },
    ],
    [
      "the schema afterwards",
      (c) => {
        tried(c).fingerprintAfter = "other";
      },
    ],
    [
      "a lock",
      (c) => {
        statement(c).locks = [];
      },
    ],
    [
      "a rewrite",
      (c) => {
        statement(c).rewrites = ["orders"];
      },
    ],
    [
      "what is destroyed",
      (c) => {
        c.result.destroys = ["orders.total"];
      },
    ],
    [
      "the rollback",
      (c) => {
        tried(c).rollback.reason = "differs";
      },
    ],
    [
      "that it was tried",
      (c) => {
        c.result = { ...c.result, dryRun: null };
      },
    ],
  ])("changes with %s", (_, change) => {
    const copy = structuredClone(base);
    change(copy);
    expect(boundHash(copy).hash).not.toBe(hash);
  });

  it("stays the same when only times and counts differ", () => {
    const copy = structuredClone(base);
    statement(copy).durationMs = 99;
    statement(copy).rows = 12;
    tried(copy).rollback.durationMs = 77;
    tried(copy).shadow.createdMs = 1;
    expect(boundHash(copy)).toEqual(boundHash(base));
  });
});
