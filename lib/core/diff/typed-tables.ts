import { isEqual } from "../schema/equal";
import { tableBody } from "../schema/kinds/table";
import type { Fact, FactId, Surroundings } from "../schema/types";

/**
 * A typed table takes no change of its columns, and its type none either: it is let go while they change, and is of
 * its type again when both agree (docs: ALTER TABLE, "OF type_name").
 */
export function typedTable(
  from: Fact | undefined,
  to: Fact,
  around: Surroundings,
  gone: Set<FactId>,
): { before: string[]; after: string[] } {
  // CREATE TABLE says it of a new one.
  if (!from) return { before: [], after: [] };
  const [was, is] = [tableBody(from).ofType, tableBody(to).ofType];
  const type = `composite:${was}`;
  const stays =
    was === is &&
    !gone.has(type) &&
    isEqual(around.from.facts.get(type)?.body, around.to.facts.get(type)?.body);
  if (stays) return { before: [], after: [] };
  return {
    before: was === null ? [] : [`ALTER TABLE ${to.name} NOT OF`],
    after: is === null ? [] : [`ALTER TABLE ${to.name} OF ${is}`],
  };
}
