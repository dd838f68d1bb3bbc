import { isEqual } from "../schema/equal";
import { dependantsOf, factsOfKind } from "../schema/lookups";
import type { Fact, FactId, Surroundings } from "../schema/types";

interface Statement {
  id: FactId;
  sql: string;
}

/**
 * A validator looks at all options whenever one changes, and may refuse what was stored before it was there (docs:
 * ALTER FOREIGN DATA WRAPPER, VALIDATOR): it is taken off while options of its wrapper change.
 */
export function heldValidators(
  around: Surroundings,
  gone: ReadonlySet<FactId>,
  born: ReadonlySet<FactId>,
): { before: Statement[]; after: Statement[] } {
  const before: Statement[] = [];
  const after: Statement[] = [];
  for (const wrapper of factsOfKind(around.to, "foreign_data_wrapper")) {
    const old = born.has(wrapper.id) ? undefined : around.from.facts.get(wrapper.id);
    const { validator } = wrapper.body;
    const held = changesOptions(wrapper, around, born);
    const on = `ALTER FOREIGN DATA WRAPPER ${wrapper.name}`;
    if (old?.body.validator && (held || old.body.validator !== validator) && !gone.has(wrapper.id))
      before.push({ id: wrapper.id, sql: `${on} NO VALIDATOR` });
    if (validator && (held || old?.body.validator !== validator))
      after.push({ id: wrapper.id, sql: `${on} VALIDATOR ${validator}` });
  }
  return { before, after };
}

/** Of the wrapper, its servers, their tables and mappings. */
function changesOptions(wrapper: Fact, { from, to }: Surroundings, born: ReadonlySet<FactId>): boolean {
  const reached = [wrapper];
  for (const fact of reached) {
    const old = from.facts.get(fact.id);
    if (!old || born.has(fact.id)) return true;
    if (!["options", "foreignOptions"].every((key) => isEqual(old.body[key], fact.body[key]))) return true;
    const users = dependantsOf(to, fact.id).flatMap((id) => to.facts.get(id) ?? []);
    const parts = fact.kind === "table" || fact.kind === "server" ? (to.children.get(fact.id) ?? []) : [];
    const kinds = ["server", "user_mapping", "table", "column"];
    for (const next of [...users, ...parts])
      if (kinds.includes(next.kind) && !reached.includes(next)) reached.push(next);
  }
  return false;
}
