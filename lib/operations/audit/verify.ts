import { z } from "zod";
import { flushHead } from "../../audit/chain-head";
import { readCheckpointFiles } from "../../audit/checkpoint-file";
import { lastVerified, rememberVerified } from "../../audit/last-verified";
import { type Query, verifyChain } from "../../audit/verify";
import type { Db } from "../../db/client";
import { defineOperation, instanceScope } from "../define";
import { auditScope } from "./list";

/** What a check of the chain found, for pages and programs. */
export interface VerificationView {
  ok: boolean;
  checked: number;
  /** Position the check began after. */
  from: string;
  head: string | null;
  checkpoints: { table: number; file: number; damagedLines: number };
  broken: { seq: string; kind: string; found: string } | null;
  milliseconds: number;
}

const mode = {
  /** `all`: every event; `new`: what came after the last check that found everything in order. */
  mode: z.enum(["all", "new"]).default("all"),
};

/** Checks the instance's chain of events. It has one chain, so a project's admin checks all of it. */
export const verifyAudit = defineOperation({
  name: "audit.verify",
  permission: "audit.read",
  input: z.object({ slug: z.string(), ...mode }),
  audit: "target",
  scope: ({ db, input: { slug } }) => auditScope(db, slug),
  run: ({ ctx, input }) => verify(ctx, input.mode),
});

export const verifyInstanceAudit = defineOperation({
  name: "audit.verify_instance",
  permission: "instance_admin",
  input: z.object(mode),
  audit: "target",
  scope: () => instanceScope("audit", "audit"),
  run: ({ ctx, input }) => verify(ctx, input.mode),
});

interface Context {
  db: Db;
  signal: AbortSignal;
  report(progress: string): void;
  note(details: Record<string, unknown>): void;
}

async function verify(ctx: Context, how: "all" | "new"): Promise<VerificationView> {
  const started = performance.now();
  const after = how === "new" ? await lastVerified(ctx.db) : null;
  await flushHead();
  const result = await verifyChain(queryOf(ctx.db), {
    file: await readCheckpointFiles(),
    ...(after ? { after } : {}),
    signal: ctx.signal,
    onProgress: (checked, total) => ctx.report(JSON.stringify({ checked, total })),
  });
  if (result.ok && result.head) await rememberVerified(ctx.db, result.head);
  const broken = result.broken && { ...result.broken, seq: result.broken.seq.toString() };
  const view = {
    ok: result.ok,
    checked: result.checked,
    from: result.from.toString(),
    head: result.head?.seq.toString() ?? null,
    checkpoints: result.checkpoints,
    broken,
    milliseconds: Math.round(performance.now() - started),
  };
  ctx.note({ ok: view.ok, checked: view.checked, ...(broken ? { broken } : {}) });
  return view;
}

function queryOf(db: Db): Query {
  return (sql, values) => db.$queryRawUnsafe<Record<string, unknown>[]>(sql, ...values.map(asParameter));
}

/** Positions go as numbers: the comparison is one of bigint. */
function asParameter(value: unknown): unknown {
  return typeof value === "string" && /^\d+$/.test(value) ? BigInt(value) : value;
}
