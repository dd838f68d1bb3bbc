import type { RunMigrationView } from "@/lib/operations/deployment/views";

/** Migrations that follow each other and came to the same, of which nobody needs to see each. */
export interface Stretch {
  outcome: RunMigrationView["outcome"];
  migrations: RunMigrationView[];
  /** One row for all of them; false: each has a row of its own. */
  folded: boolean;
}

/** Where something happens, or happened that a reader looks for. */
export const SPEAKING: ReadonlySet<string> = new Set(["running", "failed", "cancelled", "in_doubt"]);
const FEW = 3;

/** The migrations of a long run in stretches, so that the one at work is on the screen. */
export function stretchesOf(migrations: readonly RunMigrationView[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const migration of migrations) {
    const last = stretches.at(-1);
    if (last?.outcome === migration.outcome) last.migrations.push(migration);
    else stretches.push({ outcome: migration.outcome, migrations: [migration], folded: false });
  }
  for (const one of stretches) one.folded = one.migrations.length > FEW && !SPEAKING.has(one.outcome);
  return stretches;
}
