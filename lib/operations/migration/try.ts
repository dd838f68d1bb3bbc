import { z } from "zod";
import { checksumOf } from "../../core/migration/checksum";
import { readDirectives } from "../../core/migration/directives";
import { planUp } from "../../core/plan/plan";
import type { PlanStep } from "../../core/plan/types";
import type { Db } from "../../db/client";
import { DomainError } from "../../errors";
import { type ConnectionSpec, closeConnection, openConnection } from "../../postgres/connection/connect";
import { dryRun } from "../../postgres/dry-run/dry-run";
import { readLedger } from "../../postgres/ledger/ledger";
import { defineOperation } from "../define";
import { noSuch, scopeOfTarget } from "../project/find";
import { shadowServer } from "../target/shadow-server";
import { targetSpec } from "../target/spec";
import { loadMigrationSources, type StoredMigration } from "./load";
import { Script } from "./name";
import type { TryResult } from "./views";

const TryInput = z.object({
  id: z.uuid(),
  targetId: z.uuid("Choose where to try it."),
  /** The texts as they stand in the editor; without them, the saved ones. */
  up: Script.optional(),
  down: Script.nullable().optional(),
});

/**
 * Runs one migration on a copy of a target's schema, after everything that is pending before it there: locks,
 * rewrites and times per statement, the schema before and after, and whether its down script takes it back. The
 * target itself is only read.
 * @throws DomainError target.*, shadow.*; precondition `migration.already_applied`, `try.problems`
 */
export const tryMigration = defineOperation({
  name: "migration.try",
  permission: "migration.write",
  input: TryInput,
  audit: "target",
  intent: (input) => ({ migrationId: input.id }),
  scope: ({ db, input }) => scopeOfTarget(db, input.targetId),
  run: async ({ ctx, input }): Promise<TryResult> => {
    const started = performance.now();
    const { target, migration, all } = await load(ctx.db, input);
    const spec = await targetSpec(ctx.db, input.targetId);
    ctx.note({ migration: migration.filename, checksum: migration.checksum });
    ctx.report(JSON.stringify({ phase: "plan" }));
    const { steps, before } = await planTry(spec, all, migration);
    const result = await dryRun({
      target: spec,
      ...shadowServer(),
      shadow: (target.settings as { shadow?: "auto" | "target_server" | "embedded" }).shadow ?? "auto",
      steps,
      guardAddresses: true,
      signal: ctx.signal,
      onProgress: (progress) =>
        ctx.report(typeof progress === "string" ? progress : JSON.stringify(progress)),
    });
    const own = result.statements.filter((statement) => statement.migration === migration.filename);
    ctx.note({ ok: result.ok, rollback: result.rollback.reason, pendingBefore: before.length });
    return {
      environment: target.environment,
      at: new Date().toISOString(),
      durationMs: performance.now() - started,
      before,
      dryRun: result,
      failure:
        own.find((statement) => statement.error)?.error ??
        result.statements.find((s) => s.error)?.error ??
        null,
    };
  },
});

async function load(db: Db, input: z.output<typeof TryInput>) {
  const target = await db.target.findUnique({
    where: { id: input.targetId },
    select: {
      serviceId: true,
      settings: true,
      environment: { select: { id: true, name: true, color: true, protected: true } },
    },
  });
  if (!target) throw noSuch("target");
  const stored = await loadMigrationSources(db, target.serviceId);
  const saved = stored.find((one) => one.id === input.id);
  // A migration of another service, or another project, has no business on this target.
  if (!saved) throw noSuch("migration");
  const up = input.up ?? saved.up;
  const migration: StoredMigration = {
    ...saved,
    up,
    down: input.down === undefined ? saved.down : input.down,
    checksum: checksumOf(up),
    kind:
      saved.filename.startsWith("R__") || readDirectives(up).directives.repeatable
        ? "repeatable"
        : "versioned",
  };
  const others = stored.filter((one) => one.id !== saved.id && !one.draft);
  return { target, migration, all: [...others, migration] };
}

/** What is pending before the migration on this target, then the migration. */
async function planTry(
  spec: ConnectionSpec,
  all: StoredMigration[],
  migration: StoredMigration,
): Promise<{ steps: PlanStep[]; before: string[] }> {
  const client = await openConnection(spec, { guardAddresses: true });
  const ledger = await readLedger(client, migration.service).finally(() => closeConnection(client));
  const { steps } = planUp(all, ledger, {
    service: migration.service,
    ...(migration.kind === "versioned" ? { to: migration.filename } : {}),
  });
  const at = steps.findIndex((step) => step.migration.filename === migration.filename);
  if (at === -1) {
    throw new DomainError(
      "precondition",
      "migration.already_applied",
      `${migration.filename} is already applied there.`,
      {
        hint: "Choose an environment where it is pending.",
      },
    );
  }
  return {
    steps: steps.slice(0, at + 1),
    before: steps.slice(0, at).map((step) => step.migration.filename),
  };
}
