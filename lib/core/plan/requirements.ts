import { readDirectives } from "../migration/directives";
import type { MigrationSource } from "../migration/types";
import { compareMigrations, matchesVersion } from "../migration/version";
import type { PlanProblem } from "./plan";
import { migrationKey } from "./state";

/**
 * Puts migrations into the order in which they run: within a service by version, between services by `requires=`,
 * and where nothing else decides by version too; repeatable ones last.
 *
 * @param due what is to run
 * @param all every script, to find what a `requires` names
 * @param done keys of what is applied
 */
export function sortByRequirements(
  due: readonly MigrationSource[],
  all: readonly MigrationSource[],
  done: ReadonlySet<string>,
): { migrations: MigrationSource[]; problems: PlanProblem[] } {
  const problems: PlanProblem[] = [];
  const planned = new Set(due.map(migrationKey));
  const waitsFor = new Map<string, Set<string>>();
  for (const migration of due) {
    waitsFor.set(migrationKey(migration), requirementsOf(migration, all, done, planned, problems));
  }
  const queues = queuesByService(due);
  const order: MigrationSource[] = [];
  const finished = new Set<string>();
  for (;;) {
    const heads = [...queues.values()].flatMap((queue) => queue[0] ?? []);
    if (heads.length === 0) break;
    const free = heads.filter((head) =>
      [...(waitsFor.get(migrationKey(head)) ?? [])].every((key) => finished.has(key)),
    );
    const next = free.sort(compareHeads)[0];
    if (!next) {
      problems.push(...heads.map(cycleProblem));
      break;
    }
    queues.get(queueName(next))?.shift();
    finished.add(migrationKey(next));
    order.push(next);
  }
  return { migrations: order, problems };
}

function requirementsOf(
  migration: MigrationSource,
  all: readonly MigrationSource[],
  done: ReadonlySet<string>,
  planned: ReadonlySet<string>,
  problems: PlanProblem[],
): Set<string> {
  const keys = new Set<string>();
  for (const requirement of readDirectives(migration.up).directives.requires) {
    const [service, version = ""] = requirement.split("/");
    const found = all.find((other) => other.service === service && matchesVersion(other, version));
    const { filename } = migration;
    if (found && planned.has(migrationKey(found))) keys.add(migrationKey(found));
    else if (!found || !done.has(migrationKey(found))) {
      const message = `${filename} requires ${requirement}, which is ${found ? "neither applied nor part of this run" : "unknown"}.`;
      problems.push({
        code: "requires_missing",
        service: migration.service,
        filename,
        message,
        hint: `Apply ${requirement} first.`,
      });
    }
  }
  return keys;
}

/** Versioned and repeatable migrations of a service wait in lines of their own; the latter come last of all. */
function queueName(migration: MigrationSource): string {
  return `${migration.kind}/${migration.service}`;
}

function queuesByService(due: readonly MigrationSource[]): Map<string, MigrationSource[]> {
  const queues = new Map<string, MigrationSource[]>();
  for (const migration of [...due].sort(compareHeads)) {
    const name = queueName(migration);
    queues.set(name, [...(queues.get(name) ?? []), migration]);
  }
  return queues;
}

function compareHeads(a: MigrationSource, b: MigrationSource): number {
  if (a.kind !== b.kind) return a.kind === "versioned" ? -1 : 1;
  return compareMigrations(a, b) || (a.service < b.service ? -1 : a.service > b.service ? 1 : 0);
}

function cycleProblem(migration: MigrationSource): PlanProblem {
  const { service, filename } = migration;
  return {
    code: "requires_cycle",
    service,
    filename,
    message: `${filename} waits for a migration that waits for it.`,
    hint: "Remove one of the requires directives.",
  };
}
