import { attachPartition, tableBody } from "../schema/kinds/table";
import { dependantsOf } from "../schema/lookups";
import type { Fact, FactId } from "../schema/types";
import type { Planning } from "./actions";
import { parentsThroughout } from "./by-itself";
import type { OnlineNote } from "./online-notes";
import type { PlannedStatement } from "./plan";

const CHECK = "dbmigrator_bound";

/**
 * ATTACH PARTITION looks at every row of the new partition, and of the default one beside it, under a lock that keeps
 * everybody out. It trusts checks that say the same (docs: "Partition Maintenance"): they are validated beside the
 * writers, and dropped afterwards.
 * @returns the statements, and what is looked at under the lock nevertheless
 */
export function attachOnline(
  statements: readonly PlannedStatement[],
  planning: Planning,
): { statements: PlannedStatement[]; notes: OnlineNote[] } {
  const notes: OnlineNote[] = [];
  const written = statements.flatMap((statement) => {
    const table = planning.around.to.facts.get(statement.id);
    if (table?.kind !== "table" || statement.sql !== attachPartition(table)) return [statement];
    const checks = checksOf(table, planning);
    notes.push(...checks.filter(({ sql }) => sql === null).map(({ table: { id } }) => scan(id)));
    const checked = checks.flatMap(({ table: { name }, sql }) => (sql === null ? [] : [{ name, sql }]));
    return [
      ...checked.flatMap(({ name, sql }) => [
        { ...statement, sql: `ALTER TABLE ${name} ADD CONSTRAINT ${CHECK} CHECK (${sql}) NOT VALID` },
        {
          ...statement,
          sql: `ALTER TABLE ${name} VALIDATE CONSTRAINT ${CHECK}`,
          transaction: "alone" as const,
        },
      ]),
      statement,
      ...checked.map(({ name }) => ({ ...statement, sql: `ALTER TABLE ${name} DROP CONSTRAINT ${CHECK}` })),
    ];
  });
  return { statements: written, notes };
}

const scan = (id: FactId): OnlineNote => ({ id, reason: "scan" });

/** Tables with rows that ATTACH looks at, and what it looks for; null: nothing that a check could say. */
function checksOf(partition: Fact, { around, decided }: Planning): { table: Fact; sql: string | null }[] {
  const { boundCheck, partitionOf } = tableBody(partition);
  const rest = defaultBeside(partition, around);
  const nested = around.to.facts.get(`table:${partitionOf}`)?.body.partitionOf !== null;
  return [
    ...(decided.born.has(partition.id) ? [] : [{ table: partition, sql: boundCheck }]),
    ...(rest ? [{ table: rest, sql: boundCheck === null || nested ? null : `NOT (${boundCheck})` }] : []),
  ];
}

/** The default partition that the whole has during the plan. */
function defaultBeside({ body }: Fact, around: Planning["around"]): Fact | undefined {
  const beside = dependantsOf(around.to, `table:${body.partitionOf}`).map((id) => around.to.facts.get(id));
  return beside.find(
    (table) =>
      table?.kind === "table" &&
      tableBody(table).bound === "DEFAULT" &&
      parentsThroughout(table.id, around).includes(String(body.partitionOf)) &&
      around.from.facts.has(table.id),
  );
}
