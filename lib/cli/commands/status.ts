import type { MigrationState } from "../../core/migration/types";
import { computeStatus } from "../../core/plan/state";
import type { MigrationStatus, TargetStatus } from "../../core/plan/types";
import type { Blocker } from "../../core/run/types";
import { describeSpec } from "../../postgres/connection/connection-spec";
import { readLockHolder } from "../../postgres/runner/session";
import {
  type Cell,
  type Column,
  count,
  duration,
  paint,
  print,
  printJson,
  printTable,
  withHint,
} from "../output";
import { type CommonOptions, isJson, targetName, withSession } from "../session";

interface StatusOptions extends CommonOptions {
  detailed?: boolean;
}

export async function status(options: StatusOptions): Promise<number> {
  return withSession(options, async ({ client, ledger, migrations, spec }) => {
    const asking = readLockHolder(client);
    const found = computeStatus(migrations, ledger);
    const holder = await asking;
    if (isJson(options)) {
      printJson({
        target: targetName(spec, options.env),
        ...asJson(found, options.detailed ?? false),
        lock: lockOf(holder),
      });
    } else show(found, holder, describeSpec(spec), options.detailed ?? false);
    const upToDate = found.migrations.every((one) => one.state === "applied") && found.conflicts.length === 0;
    return options.exitCode && !upToDate ? 2 : 0;
  });
}

function lockOf(holder: Blocker | null) {
  return { status: holder ? "held" : "free", holder };
}

function asJson(found: TargetStatus, detailed: boolean) {
  return {
    current: found.current,
    counts: found.counts,
    migrations: found.migrations.map((one) => ({
      ...{
        service: one.service,
        version: one.version,
        name: one.name,
        filename: one.filename,
        state: one.state,
      },
      ...{
        checksum: one.checksum,
        appliedAt: one.appliedAt,
        appliedBy: one.appliedBy,
        executionMs: one.executionMs,
      },
      ...(detailed
        ? {
            kind: one.kind,
            hasDown: one.hasDown,
            runId: one.runId,
            errorMessage: one.errorMessage,
            steps: one.steps,
          }
        : {}),
    })),
    conflicts: found.conflicts,
  };
}

const WORDS: Record<MigrationState, { mark: string; word: string; paint: (text: string) => string }> = {
  applied: { mark: "✓", word: "applied", paint: paint.green },
  pending: { mark: "·", word: "pending", paint: paint.blue },
  failed: { mark: "✗", word: "failed", paint: paint.red },
  changed: { mark: "≠", word: "changed", paint: paint.yellow },
  missing: { mark: "?", word: "missing", paint: paint.yellow },
  out_of_order: { mark: "↕", word: "out of order", paint: paint.yellow },
  in_doubt: { mark: "!", word: "in doubt", paint: paint.red },
};

function show(found: TargetStatus, holder: Blocker | null, target: string, detailed: boolean): void {
  print(`${paint.bold(target)}  current version: ${found.current ?? "none"}`);
  print();
  const services = new Set(found.migrations.map((one) => one.service)).size > 1;
  if (found.migrations.length === 0) print("No migrations here, and none applied.");
  else
    printTable(
      columns(services, detailed),
      found.migrations.map((one) => row(one, services, detailed)),
    );
  print();
  print(summary(found));
  for (const conflict of found.conflicts) {
    print(`${paint.yellow(conflict.blocking ? "blocked:" : "note:")} ${withHint(conflict)}`);
  }
  if (holder) {
    print(
      `${paint.yellow("busy:")} ${holder.user ?? "somebody"} (${holder.application ?? "unknown"}, process ${holder.pid}) is running migrations now.`,
    );
  }
}

function columns(services: boolean, detailed: boolean): Column[] {
  return [
    { title: "STATE" },
    ...(services ? [{ title: "SERVICE" }] : []),
    { title: "MIGRATION" },
    { title: "APPLIED (UTC)" },
    { title: "BY" },
    { title: "TOOK", align: "right" as const },
    ...(detailed ? [{ title: "CHECKSUM" }, { title: "RUN" }, { title: "ERROR" }] : []),
  ];
}

function row(one: MigrationStatus, services: boolean, detailed: boolean): (Cell | string)[] {
  const word = WORDS[one.state];
  return [
    { text: `${word.mark} ${word.word}`, paint: word.paint },
    ...(services ? [one.service] : []),
    one.filename,
    one.appliedAt ? one.appliedAt.slice(0, 19).replace("T", " ") : "–",
    one.appliedBy ?? "–",
    duration(one.executionMs),
    ...(detailed ? [one.checksum.slice(0, 12), one.runId?.slice(0, 8) ?? "–", one.errorMessage ?? ""] : []),
  ];
}

function summary(found: TargetStatus): string {
  const parts = (Object.keys(WORDS) as MigrationState[])
    .filter((state) => found.counts[state] > 0)
    .map((state) => `${found.counts[state]} ${WORDS[state].word}`);
  return `${count(found.migrations.length, "migration")}${parts.length > 0 ? `: ${parts.join(", ")}` : ""}.`;
}
