import type { Blocks, LockTimeline, StatementGroup } from "../views";
import { strongerBlock } from "./locks";

/** A statement's stretch of time with what is blocked on each relation meanwhile. */
interface Slice {
  migration: string;
  durationMs: number;
  tried: boolean;
  blocks: Map<string, Blocks>;
}

/**
 * Who is blocked when, by relation: a lock is held to the end of its transaction, so a statement blocks what the
 * ones before it in the same transaction have locked too. The most blocked relations first.
 */
export function lockTimelines(groups: readonly StatementGroup[]): LockTimeline[] {
  const slices = groups.flatMap(slicesOf);
  const relations = new Set(slices.flatMap((slice) => [...slice.blocks.keys()]));
  return [...relations]
    .map((relation) => timelineOf(relation, slices))
    .filter((timeline) => timeline.stretches.some((stretch) => stretch.blocks !== "free"))
    .sort((a, b) => blockedMs(b) - blockedMs(a));
}

function slicesOf({ migration, statements }: StatementGroup): Slice[] {
  const held = new Map<string, Blocks>();
  // What an earlier attempt has done is not done again, and blocks nobody.
  const left = statements.filter((statement) => statement.whyNotCode !== "in_effect");
  return left.map((statement) => {
    if (migration.transaction === "none") held.clear();
    for (const lock of statement.locks) {
      if (lock.blocks !== "nothing")
        held.set(lock.relation, strongerBlock(held.get(lock.relation) ?? "nothing", lock.blocks));
    }
    const { durationMs, tried } = statement;
    return { migration: migration.filename, durationMs: durationMs ?? 0, tried, blocks: new Map(held) };
  });
}

function timelineOf(relation: string, slices: readonly Slice[]): LockTimeline {
  const stretches: LockTimeline["stretches"] = [];
  let timed = true;
  for (const slice of slices) {
    const found = slice.blocks.get(relation) ?? "nothing";
    const blocks = found === "nothing" ? "free" : found;
    if (blocks !== "free" && !slice.tried) timed = false;
    const last = stretches.at(-1);
    // Between two transactions the lock is free for a moment: two stretches, even when both block.
    const joins =
      last?.blocks === blocks && (blocks === "free" || last.migrations.at(-1) === slice.migration);
    if (last && joins) {
      last.durationMs += slice.durationMs;
      if (last.migrations.at(-1) !== slice.migration) last.migrations.push(slice.migration);
    } else {
      stretches.push({ blocks, durationMs: slice.durationMs, migrations: [slice.migration] });
    }
  }
  return {
    relation,
    timed,
    totalMs: slices.reduce((total, slice) => total + slice.durationMs, 0),
    stretches,
  };
}

/** How long a relation is blocked; not being readable counts more than anything. */
function blockedMs({ stretches }: LockTimeline): number {
  return stretches.reduce((total, { blocks, durationMs }) => {
    if (blocks === "free") return total;
    return total + durationMs + (blocks === "reads_and_writes" ? 1e9 : 1);
  }, 0);
}
