import { publicationKind, withoutTables } from "../schema/kinds/publication";
import { nameOfId } from "../schema/lookups";
import type { Fact, FactId, Snapshot } from "../schema/types";
import { type Actions, keyOf, type Planning } from "./actions";
import { parentsThroughout } from "./by-itself";
import { SWAP_KEY } from "./swap-types";

/** What a publication says when the tables that it gave up for the moment are ready: all of them, in one SET. */
export function publishAgain(publication: Fact, actions: Actions, { around, decided }: Planning): string[] {
  const old = around.from.facts.get(publication.id) as Fact;
  const left = withoutTables(old, tablesOf(decided.opened.get(publication.id) ?? [], around.from));
  const planned = actions.get(keyOf("alter", publication.id))?.sql ?? [];
  const before = publicationKind.alter?.(old, publication, around) ?? [];
  const again = publicationKind.alter?.(left, publication, around) ?? [];
  return [...again, ...planned.filter((sql) => !before.includes(sql))];
}

/** Publications give up tables before their columns change: PostgreSQL refuses to retype what one lists or filters by. */
export function unpublish(actions: Actions, { around, decided }: Planning): void {
  for (const [id, causes] of decided.opened) {
    const fact = around.from.facts.get(id) as Fact;
    if (fact.kind !== "publication") continue;
    const key = `open ${id}`;
    const sql = [`ALTER PUBLICATION ${fact.name} DROP TABLE ${tablesOf(causes, around.from).join(", ")}`];
    actions.set(key, { key, verb: "drop", fact, sql, after: new Set(), softAfter: new Set() });
    const again = actions.get(keyOf("alter", id));
    again?.after.add(key);
    const changes = causes.flatMap((cause) => withParents(cause, around));
    for (const change of [...changes.flatMap((one) => [keyOf("drop", one), keyOf("alter", one)]), SWAP_KEY]) {
      const action = actions.get(change);
      if (!action) continue;
      if (again) action.after.delete(again.key);
      action.after.add(key);
      if (change === SWAP_KEY) again?.after.add(SWAP_KEY);
    }
  }
}

/** Columns, their tables, and where the tables have them from. */
function withParents(cause: FactId, around: Planning["around"]): FactId[] {
  const fact = around.from.facts.get(cause);
  if (fact?.kind !== "column") return [cause];
  const above = parentsThroughout(fact.parent, around).map((parent) => `column:${parent}.${fact.name}`);
  return [cause, fact.parent ?? "", ...above.flatMap((id) => withParents(id, around))];
}

function tablesOf(causes: readonly FactId[], from: Snapshot): string[] {
  const ids = causes.map((id) => (id.startsWith("table:") ? id : (from.facts.get(id)?.parent ?? id)));
  return [...new Set(ids.map(nameOfId))].sort();
}
