import type { MigrationSource } from "../core/migration/types";
import { compareMigrations } from "../core/migration/version";
import { isApplied, migrationKey } from "../core/plan/state";
import type { Conflict, LedgerRow } from "../core/plan/types";
import type { ConnectionSpec } from "../postgres/connection/connection-spec";
import type { OrderComparison } from "../postgres/replay/compare-orders";
import { onScratch } from "./commands/compare";

/** A conflict about the order, with what replaying both orders showed. */
export interface JudgedConflict extends Conflict {
  /** null: it is no matter of order, or it was not tried. */
  commutes: boolean | null;
  /** Migrations that it was tried against. */
  against: string[];
  order: OrderComparison | null;
}

/** More of them would take minutes. */
const MOST = 20;

/**
 * Says of each migration that stands beside another line of history whether the order matters: as its version wants
 * it, and as it would run now, after everything that is applied (or after the other of its version).
 */
export async function judgeOrders(
  conflicts: readonly Conflict[],
  migrations: readonly MigrationSource[],
  ledger: readonly LedgerRow[],
  like: ConnectionSpec | null,
): Promise<JudgedConflict[]> {
  const open = conflicts
    .filter((one) => one.code === "out_of_order" || one.code === "duplicate_version")
    .slice(0, MOST);
  const plain = (one: Conflict): JudgedConflict => ({ ...one, commutes: null, against: [], order: null });
  if (open.length === 0) return conflicts.map(plain);
  return onScratch(async (embedded, signal) => {
    const { compareOrders } = await import("../postgres/replay/compare-orders");
    const judged: JudgedConflict[] = [];
    for (const conflict of conflicts) {
      const orders = open.includes(conflict) ? ordersOf(conflict, migrations, ledger) : null;
      if (!orders) {
        judged.push(plain(conflict));
        continue;
      }
      const order = await compareOrders(orders.first, orders.second, {
        like,
        embedded,
        place: "embedded",
        signal,
      });
      judged.push({ ...conflict, commutes: order.commutes, against: orders.against, order });
    }
    return judged;
  });
}

interface Orders {
  first: { name: string; sql: string }[];
  second: { name: string; sql: string }[];
  against: string[];
}

function ordersOf(
  conflict: Conflict,
  migrations: readonly MigrationSource[],
  ledger: readonly LedgerRow[],
): Orders | null {
  const versioned = migrations.filter((one) => one.kind === "versioned" && one.service === conflict.service);
  const own = versioned.find((one) => one.filename === conflict.filename);
  if (!own) return null;
  const applied = new Set(ledger.filter(isApplied).map(migrationKey));
  const others =
    conflict.code === "duplicate_version"
      ? versioned.filter((one) => one !== own && compareMigrations(one, own) < 0)
      : versioned.filter((one) => one !== own && applied.has(migrationKey(one)));
  const twins = others.filter((one) => one.version === own.version);
  const rivals =
    conflict.code === "duplicate_version" ? twins : others.filter((one) => compareMigrations(one, own) > 0);
  const base = others.filter((one) => !rivals.includes(one)).sort(compareMigrations);
  const script = (one: MigrationSource) => ({ name: one.filename, sql: one.up });
  return {
    first: [...base, own, ...rivals].map(script),
    second: [...base, ...rivals, own].map(script),
    against: rivals.map((one) => one.filename),
  };
}
