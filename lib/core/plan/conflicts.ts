import type { MigrationSource } from "../migration/types";
import type { Conflict, LedgerRow, MigrationStatus } from "./types";

/**
 * What a person should know before the next run. Repeated timestamps are told, since two people probably made a
 * migration at once, and do not block: real projects have them, and the full file name orders them.
 */
export function findConflicts(statuses: readonly MigrationStatus[]): Conflict[] {
  const conflicts = statuses.flatMap((status) => conflictOf(status) ?? []);
  const byVersion = new Map<string, MigrationStatus[]>();
  for (const status of statuses) {
    if (status.kind !== "versioned") continue;
    const key = `${status.service}/${status.version}`;
    byVersion.set(key, [...(byVersion.get(key) ?? []), status]);
  }
  for (const same of byVersion.values()) {
    // Once both are applied there is nothing left to decide.
    if (same.length < 2 || same.every((status) => status.state === "applied")) continue;
    for (const status of same.slice(1)) conflicts.push(duplicate(status, same[0] ?? status));
  }
  return conflicts;
}

/**
 * A service of which nothing is recorded, while the very same scripts are under a name that is not among those asked
 * about: it was called otherwise when they were applied, most likely, and they must not run again.
 * @param applied rows that are in effect
 */
export function findOtherNames(
  migrations: readonly MigrationSource[],
  applied: readonly LedgerRow[],
): Conflict[] {
  const services = new Set(migrations.map((migration) => migration.service));
  const recorded = new Set(applied.map((row) => row.service));
  const elsewhere = new Map<string, LedgerRow>();
  for (const row of applied) if (!services.has(row.service)) elsewhere.set(keyOf(row), row);
  if (elsewhere.size === 0) return [];
  return [...services].flatMap((service) => {
    if (recorded.has(service)) return [];
    const same = migrations
      .filter((migration) => migration.service === service)
      .flatMap((migration) => elsewhere.get(keyOf(migration)) ?? []);
    return same[0] ? [otherName(service, same[0], same.length)] : [];
  });
}

const keyOf = ({ filename, checksum }: { filename: string; checksum: string }) => `${filename}\0${checksum}`;

function otherName(service: string, { filename, service: other }: LedgerRow, count: number): Conflict {
  return {
    ...{ code: "other_service", blocking: true, service, filename },
    message: `Nothing is recorded here for the service ${service}, but ${filename} is under the name ${other} (${count} of its scripts).`,
    hint: "Call the service so here too, or record its migrations with a baseline.",
  };
}

function duplicate(status: MigrationStatus, first: MigrationStatus): Conflict {
  const { service, filename } = status;
  const message = `${filename} has the version ${status.version}, and so has ${first.filename}.`;
  return {
    code: "duplicate_version",
    blocking: false,
    service,
    filename,
    message,
    hint: "They run in the order of their names.",
  };
}

function conflictOf(status: MigrationStatus): Conflict | null {
  const { service, filename } = status;
  const conflict: MakeConflict = (code, blocking, message, hint) => ({
    ...{ code, blocking, service, filename, message, hint },
  });
  switch (status.state) {
    case "changed":
      return conflict(
        "changed",
        true,
        `${filename} was changed after it was applied.`,
        "Restore its script, and put the change into a new migration.",
      );
    case "missing":
      return conflict(
        "missing",
        false,
        `${filename} is applied and has no script here.`,
        "Fetch the scripts it came from, or restore the file.",
      );
    case "out_of_order":
      return conflict(
        "out_of_order",
        false,
        `${filename} is older than the latest applied migration.`,
        "It runs with the next run; give it a newer version if it must come last.",
      );
    case "in_doubt":
      if (status.direction === "down") return halfReverted(conflict, filename);
      if (status.resumable)
        return conflict(
          "in_doubt",
          false,
          `${filename} was interrupted half-way.`,
          "The next run looks at what took effect and resumes it.",
        );
      return conflict(
        "in_doubt",
        true,
        `It is not known whether ${filename} took effect.`,
        status.steps?.evidence ?? "Look at the target, then settle it as applied or as not applied.",
      );
    case "failed":
      if (status.direction === "down") return halfReverted(conflict, filename);
      return conflict(
        "failed",
        false,
        `${filename} failed: ${status.errorMessage ?? "no reason recorded"}`,
        status.resumable
          ? "The statements before the failure are in effect; the next run goes on after them."
          : "Nothing of it is in effect; correct it and run again.",
      );
    default:
      return null;
  }
}

type MakeConflict = (code: Conflict["code"], blocking: boolean, message: string, hint: string) => Conflict;

function halfReverted(conflict: MakeConflict, filename: string): Conflict {
  return conflict(
    "failed",
    true,
    `The down script of ${filename} stopped half-way.`,
    "Run `down` again: it goes on after what is done.",
  );
}
