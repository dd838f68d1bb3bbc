import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type MigrationFile, readMigrations } from "../../core/migration/layouts";
import { planUp } from "../../core/plan/plan";
import { computeStatus } from "../../core/plan/state";
import { type MigrationBench, migrationBench } from "../../testing/migrations";
import { corpus } from "../../testing/postgres";
import { readLedger } from "../ledger/ledger";
import { runMigrations } from "./runner";

let bench: MigrationBench;
afterEach(() => bench?.close());

function readFolder(folder: string): MigrationFile[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".sql"))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: path.slice(folder.length + 1), content: readFileSync(path, "utf8") }));
}

const langfuse = corpus("real/langfuse");
const pagila = corpus("real/pagila");
const chinook = corpus("real/chinook");

describe.each([18, 14] as const)("on PostgreSQL %i", (major) => {
  it.skipIf(!langfuse)(
    "all 434 migrations of langfuse are applied, in order, once",
    async () => {
      bench = await migrationBench(major);
      const { migrations, problems } = readMigrations(readFolder(langfuse ?? ""));
      expect(problems).toEqual([]);
      const { steps } = planUp(migrations, []);
      const outcome = await runMigrations({ spec: bench.database.spec, steps, appliedBy: "test" });
      expect(outcome.failure).toBeUndefined();
      const ledger = await readLedger(bench.client);
      const status = computeStatus(migrations, ledger);
      expect(status.counts).toMatchObject({ applied: 434, pending: 0, failed: 0 });
      expect(planUp(migrations, ledger).steps).toEqual([]);
      expect(await bench.value("SELECT count(*)::int FROM pg_index WHERE NOT indisvalid")).toBe(0);
    },
    120_000,
  );

  it.skipIf(!pagila)(
    "pagila's schema takes effect as a whole, or not at all",
    async () => {
      bench = await migrationBench(major);
      const text = readFileSync(join(pagila ?? "", "pagila-schema.sql"), "utf8");
      // The extension vector does not come with PostgreSQL.
      const plain = text
        .replace(/^.*EXTENSION.* vector .*$/gm, "")
        .replace("public.vector(20)", "text")
        .replace(/^CREATE INDEX.* hnsw .*$/gm, "");
      const outcome = await bench.up("pagila", { "1_pagila.sql": plain });
      const tables =
        "SELECT count(*)::int FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')";
      if (major === 14) {
        const line = plain.split("\n").findIndex((one) => one.includes(" VIRTUAL")) + 1;
        expect(outcome.failure).toMatchObject({ sqlState: "42601", line });
        expect(await bench.value(tables)).toBe(0);
      } else {
        expect(outcome.failure).toBeUndefined();
        expect(await bench.value(tables)).toBeGreaterThan(15);
      }
    },
    120_000,
  );

  it.skipIf(!chinook)(
    "chinook is refused with the line of what it must not hold, and runs without that",
    async () => {
      bench = await migrationBench(major);
      const text = readFileSync(join(chinook ?? "", "chinook.sql"), "utf8");
      const lineOf = (script: string, pattern: RegExp) =>
        script.split("\n").findIndex((one) => pattern.test(one)) + 1;
      const refusal = async (script: string) =>
        (await bench.up("refused", { "1_chinook.sql": script })).failure;
      expect(await refusal(text)).toMatchObject({
        line: lineOf(text, /^DROP DATABASE/),
        hint: expect.any(String),
      });
      const psql = text.replace(/^(?:DROP|CREATE) DATABASE.*$/gm, "");
      expect(await refusal(psql)).toMatchObject({ line: lineOf(psql, /^\\/), hint: expect.any(String) });
      expect(await readLedger(bench.client)).toEqual([]);

      const outcome = await bench.up("chinook", { "1_chinook.sql": psql.replace(/^\\.*$/gm, "") });
      expect(outcome.failure).toBeUndefined();
      expect(await bench.value("SELECT count(*)::int FROM track")).toBe(3503);
    },
    120_000,
  );
});
