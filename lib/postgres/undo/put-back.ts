import pg from "pg";
import { bringsRows } from "./copies";
import { type Group, orderByReferences } from "./put-order";
import { putRows } from "./put-rows";
import { markNewer, putValues } from "./put-values";
import { deferRing, silenceTriggers } from "./quiet";
import { newerTable, type Resolved, resolveEntry } from "./resolve";
import { type PutBack, UNDO_SCHEMA, type UndoEntry } from "./store";

export interface PutBackPlan {
  /** The last statement's first. */
  entries: UndoEntry[];
}

/**
 * Before the way back runs: marks what somebody else has written since the rows were kept, while the table still has
 * the shape that the migration gave it. In the transaction of the down script.
 * @param entries of one migration's run, still kept
 */
export async function beginPutBack(
  client: pg.ClientBase,
  entries: readonly UndoEntry[],
): Promise<PutBackPlan> {
  for (const entry of entries) if (entry.after) await markNewer(client, entry, entry.after);
  return { entries: entries.toSorted((a, b) => b.statement - a.statement || Number(a.id) - Number(b.id)) };
}

export interface Told {
  entry: UndoEntry;
  outcome: PutBack;
}

const NOTHING: PutBack = { restored: 0, newer: 0, gone: 0, orphaned: 0, examples: [] };

/**
 * After the way back has run, in the same transaction: puts the kept rows and values where they were, rows before
 * values and parents before children. What somebody else wrote since stays; what cannot be merged is counted and
 * named, and its copy stays until its window is over.
 */
export async function finishPutBack(client: pg.ClientBase, plan: PutBackPlan): Promise<Told[]> {
  const told: Told[] = [];
  const found: Resolved[] = [];
  for (const entry of plan.entries) {
    const resolved = await resolveEntry(client, entry);
    const reason = resolved ? obstacle(resolved) : "no_table";
    if (!resolved || reason) told.push({ entry, outcome: { ...NOTHING, ...(reason ? { reason } : {}) } });
    else found.push(resolved);
  }
  const wake = await silenceTriggers(
    client,
    found.map(({ relation }) => relation),
  );
  const rows = found.filter(({ entry }) => bringsRows(entry.kind));
  for (const group of await orderByReferences(client, rows)) told.push(...(await putGroup(client, group)));
  for (const one of found.filter(({ entry }) => !bringsRows(entry.kind)))
    told.push(...(await orRefused(client, [one], () => putValues(client, one))));
  // After a failure there is nothing to wake: the transaction takes everything back.
  for (const sql of wake) await client.query(sql);
  for (const { entry, outcome } of told) await settle(client, entry, outcome);
  return told;
}

function obstacle({ entry, columns, key }: Resolved): PutBack["reason"] {
  if (columns.length > 0 && columns.every(({ now }) => now === null)) return "no_column";
  const found = key.length > 0 && key.every(({ now }) => now !== null);
  return bringsRows(entry.kind) || found ? undefined : "no_key";
}

async function putGroup(client: pg.ClientBase, group: Group): Promise<Told[]> {
  if (group.circular.length === 0) {
    const told: Told[] = [];
    for (const one of group.members)
      told.push(...(await orRefused(client, [one], () => putRows(client, one, [one]))));
    return told;
  }
  return orRefused(client, group.members, async () => {
    const back = await deferRing(client, group);
    const outcomes: PutBack[] = [];
    for (const one of group.members) outcomes.push(await putRows(client, one, group.members));
    for (const sql of back) await client.query(sql);
    return outcomes;
  });
}

/** The server's refusal of values as they are: class 22 and 23 (data, constraints), 42 (types that no longer fit). */
const REFUSALS = /^(22|23|42|P0)/;

/** A refusal concerns what is put back here; the way back and all other rows go on. */
async function orRefused(
  client: pg.ClientBase,
  entries: readonly Resolved[],
  work: () => Promise<PutBack | PutBack[]>,
): Promise<Told[]> {
  await client.query("SAVEPOINT put_back");
  try {
    const outcomes = [await work()].flat();
    await client.query("RELEASE SAVEPOINT put_back");
    return entries.map(({ entry }, i) => ({ entry, outcome: outcomes[i] ?? NOTHING }));
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || !REFUSALS.test(error.code ?? "")) throw error;
    await client.query("ROLLBACK TO SAVEPOINT put_back");
    const message = [error.message, error.detail].filter(Boolean).join(": ");
    return entries.map(({ entry }) => ({ entry, outcome: { ...NOTHING, reason: "refused", message } }));
  }
}

async function settle(client: pg.ClientBase, entry: UndoEntry, outcome: PutBack): Promise<void> {
  if (entry.after) await client.query(`DROP TABLE IF EXISTS ${newerTable(entry)}`);
  await client.query(`UPDATE ${UNDO_SCHEMA}.entry SET state = 'reverted', outcome = $2 WHERE id = $1`, [
    entry.id,
    JSON.stringify(outcome),
  ]);
}
