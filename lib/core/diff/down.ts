import type { Snapshot } from "../schema/types";
import type { Loss } from "./losses";
import { type PlanOptions, planSchema, type SchemaPlan } from "./plan";

export interface DownPlan extends SchemaPlan {
  /** What `up` destroys and the way back makes again empty, one English line each; `lost` has it as data. */
  cannotBringBack: string[];
  lost: Loss[];
}

/**
 * The way back from `to` to `from` after `planSchema(from, to, options)`: the same renames turned round, and what
 * the way there destroys for good.
 * @throws DomainError schema.rename_unknown
 */
export function planDown(from: Snapshot, to: Snapshot, options: PlanOptions = {}): DownPlan {
  const up = planSchema(from, to, options);
  const renames = up.renames
    .map(({ kind, from: old, to: next }) => ({ kind, from: next, to: old }))
    .filter((one) => isKnown(one.kind, one.from, to) && isKnown(one.kind, one.to, from));
  const down = planSchema(to, from, { ...options, renames });
  return { ...down, questions: [], cannotBringBack: up.losses.map(lossText), lost: up.losses };
}

/** Silent renames after others carry names that neither side has; the way back finds them by itself. */
function isKnown(kind: string, name: string, snapshot: Snapshot): boolean {
  return kind === "enum_value" || snapshot.facts.has(`${kind}:${name}`);
}

/** For scripts and terminals. */
export function lossText(loss: Loss): string {
  if (loss.kind === "table") return `the rows of table ${loss.name}`;
  if (loss.kind === "column") return `the values of column ${loss.name}`;
  if (loss.kind === "sequence") return `how far sequence ${loss.name} had counted`;
  return `what the conversion from ${loss.from} to ${loss.to} takes from column ${loss.name}`;
}
