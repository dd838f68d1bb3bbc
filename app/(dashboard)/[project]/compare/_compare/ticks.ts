import type { ChangeView } from "@/lib/operations/comparison/views";

export interface Ticked {
  ticks: ReadonlySet<string>;
  /** Lines that came or went along with the ones that were clicked. */
  dragged: string[];
}

/** Ticks lines and what they need, or takes them out with whatever needs them. */
export function tick(
  changes: readonly ChangeView[],
  ticks: ReadonlySet<string>,
  ids: readonly string[],
  on: boolean,
): Ticked {
  const next = new Set(ticks);
  const asked = new Set(ids);
  const dragged: string[] = [];
  for (const change of changes) {
    const isAsked = asked.has(change.id);
    // `needs` reaches any distance, so one look is enough.
    const goes = on
      ? changes.some((one) => asked.has(one.id) && one.needs.includes(change.id))
      : change.needs.some((id) => asked.has(id));
    if (!isAsked && !goes) continue;
    if (next.has(change.id) === on) continue;
    if (on) next.add(change.id);
    else next.delete(change.id);
    if (!isAsked) dragged.push(change.id);
  }
  return { ticks: next, dragged };
}

/** A line of the list: the table that its parts belong to, or a change. */
export type ChangeRow =
  | { kind: "relation"; key: string; name: string; ids: string[] }
  | { kind: "change"; key: string; change: ChangeView; inside: boolean };

/** Changes below the table or view that they are part of; the order is the comparison's own. */
export function changeRows(changes: readonly ChangeView[]): ChangeRow[] {
  const rows: ChangeRow[] = [];
  let relation: string | null = null;
  for (const change of changes) {
    const own = change.relation;
    if (own !== null && own !== relation) {
      const ids = changes.filter((one) => one.relation === own).map((one) => one.id);
      rows.push({ kind: "relation", key: `relation ${own}`, name: own, ids });
    }
    relation = own;
    rows.push({ kind: "change", key: change.id, change, inside: own !== null });
  }
  return rows;
}
