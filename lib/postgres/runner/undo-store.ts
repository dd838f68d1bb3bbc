import type pg from "pg";
import type { PlanStep } from "../../core/plan/types";
import { parseScriptAsync, treeOf } from "../../core/sql/parse-script";
import { lossesOf } from "../../core/undo/losses";
import { DomainError } from "../../errors";
import { ensureUndoStore, UNDO_SCHEMA } from "../undo/store";
import type { UndoSettings } from "./undo";

/**
 * Makes the place for kept rows before the first script. A role that may not is told so before anything runs, when
 * something would be lost; what loses nothing needs no place.
 * @returns what the run does about rows
 * @throws DomainError target.no_undo_store
 */
export async function openUndoStore(
  client: pg.ClientBase,
  undo: UndoSettings,
  steps: readonly PlanStep[],
): Promise<UndoSettings> {
  if (await ensureUndoStore(client)) return undo;
  const first = undo.keep?.otherwise === "skip" ? null : await firstLoss(steps);
  if (first === null) return { ...undo, noStore: true };
  throw new DomainError(
    "target",
    "target.no_undo_store",
    `The role may not keep the rows that ${first} takes away: it may not make or use the schema ${UNDO_SCHEMA}.`,
    {
      details: { statement: first },
      hint: `Nothing was run. Grant CREATE on the database, let an administrator run CREATE SCHEMA ${UNDO_SCHEMA} AUTHORIZATION …, or take a backup and run without keeping rows.`,
    },
  );
}

/** "20260101_a:3": the first statement that takes rows away. */
async function firstLoss(steps: readonly PlanStep[]): Promise<string | null> {
  for (const { migration, direction } of steps) {
    if (direction !== "up") continue;
    const { statements } = await parseScriptAsync(migration.up);
    const taking = statements.find((one) =>
      lossesOf(treeOf(one), one.text).some(({ kind }) => kind !== "uncovered"),
    );
    if (taking) return `${migration.filename}:${taking.line}`;
  }
  return null;
}
