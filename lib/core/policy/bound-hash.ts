import { createHash } from "node:crypto";
import type { MigrationSource } from "../migration/types";
import type { CheckResult, PlannedMigration } from "../run/types";

/** A script as it is bound: both texts, since the proof of the rollback rests on the other one. */
export interface BoundScript extends Pick<PlannedMigration, "filename" | "direction" | "checksum"> {
  /** SHA-256 of the down script, hex; null: there is none. */
  downChecksum: string | null;
}

/** The database that was looked at: one of the same schema elsewhere is another one. */
export interface BoundTarget {
  host: string;
  port: number;
  database: string;
  /** Of its schema. */
  fingerprint: string;
}

/** What an approval is bound to: three parts and the hash over them, hex. */
export interface BoundHash {
  hash: string;
  scripts: string;
  schema: string;
  checks: string;
}

/** The hash that an approval carries. Any change of scripts, target or the checks' stable part gives another one. */
export function boundHash(args: {
  scripts: readonly BoundScript[];
  result: Omit<CheckResult, "targetFingerprint">;
  target: BoundTarget;
}): BoundHash {
  const scripts = scriptsHash(args.scripts);
  const schema = targetHash(args.target);
  const checks = sha256(stablePart(args.result));
  return { hash: sha256([scripts, schema, checks]), scripts, schema, checks };
}

/** The part of the hash that says which database, and in what state. */
export function targetHash({ host, port, database, fingerprint }: BoundTarget): string {
  return sha256(["target", host, port, database, fingerprint]);
}

/** The part of the hash that covers the scripts alone. */
export function scriptsHash(scripts: readonly BoundScript[]): string {
  return sha256(scripts.map((s) => [s.filename, s.direction, s.checksum, s.downChecksum]));
}

/** The plan with the scripts as they are now; one that is gone gets an empty checksum, which equals no other. */
export function boundScripts(
  plan: readonly PlannedMigration[],
  sources: readonly Pick<MigrationSource, "filename" | "checksum" | "down">[],
): BoundScript[] {
  const byName = new Map(sources.map((source) => [source.filename, source]));
  return plan.map(({ filename, direction }) => {
    const source = byName.get(filename);
    return {
      filename,
      direction,
      checksum: source?.checksum ?? "",
      downChecksum: textChecksum(source?.down ?? null),
    };
  });
}

/** What a check says apart from times and row counts, which differ from one try to the next. */
export function stablePart(result: Omit<CheckResult, "targetFingerprint">): unknown {
  const { dryRun } = result;
  return {
    findings: result.findings.map((f) => [
      f.file ?? "",
      f.statement,
      f.code,
      f.severity,
      f.ignored?.reason ?? null,
    ]),
    destroys: [...result.destroys].sort(),
    problems: result.problems.map((p) => [p.code, p.migration ?? ""]),
    facts: result.facts.map((f) => [
      f.file ?? "",
      f.index,
      f.locks.map((l) => [l.relation, l.mode]),
      f.rewrite,
      f.scan,
    ]),
    tried: dryRun && {
      ok: dryRun.ok,
      after: dryRun.fingerprintAfter,
      rollback: dryRun.rollback.reason,
      statements: dryRun.statements.map((s) => [
        s.migration,
        s.statement,
        s.tried,
        s.locks.map((l) => `${l.relation} ${l.mode}`).sort(),
        [...s.rewrites].sort(),
      ]),
    },
    notTried: result.dryRunError?.code ?? null,
  };
}

/** SHA-256 of a script's text, hex; null stays null. */
export function textChecksum(text: string | null): string | null {
  return text === null ? null : createHash("sha256").update(text).digest("hex");
}

function sha256(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
