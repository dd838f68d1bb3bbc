import { attachPartition, tableBody } from "../schema/kinds/table";
import { dependantsOf } from "../schema/lookups";
import type { Fact, FactId } from "../schema/types";
import type { Planning } from "./actions";
import { parentsThroughout } from "./by-itself";
import type { OnlineNote } from "./online-notes";
import { moveFromDefault, moveRebound, partitionMoves } from "./partition-moves";
import type { PlannedStatement } from "./plan";

const CHECK = "dbmigrator_bound";

/** Said in the script. */
export const ROWS_MOVE = "Moves the rows that belong to another partition from now on, if there are any.";
const ROWS_HELD =
  "Refused while the default partition holds rows of this one: a publication keeps them from being moved.";

/**
 * Rows go where they belong before a partition is attached. Online: ATTACH PARTITION looks at every row of the new
 * partition, and of the default one beside it, under a lock that keeps everybody out. It trusts checks that say the
 * same (docs: "Partition Maintenance"): they are validated beside the writers, and dropped afterwards. What the default
 * partition gives away is in neither table for others until the new one is attached, so that this is one transaction.
 * @returns the statements, and what is looked at under the lock nevertheless
 */
export function attachPartitions(
  statements: readonly PlannedStatement[],
  planning: Planning,
  online: boolean,
): { statements: PlannedStatement[]; notes: OnlineNote[] } {
  const notes: OnlineNote[] = [];
  const begun = new Set<string>();
  const { around } = planning;
  const written = statements.flatMap((statement) => {
    const table = around.to.facts.get(statement.id);
    if (table?.kind !== "table" || statement.sql !== attachPartition(table)) return [statement];
    const whole = String(tableBody(table).partitionOf);
    const first = begun.has(whole) ? [] : moveRebound(whole, around);
    begun.add(whole);
    const say = (sql: string) => ({ ...statement, sql, ...(ROWS.test(sql) ? { note: ROWS_MOVE } : {}) });
    const moved = moveFromDefault(table, around);
    const held = moved.length === 0 && defaultBeside(table, around) !== undefined;
    const attach = held ? { ...statement, note: ROWS_HELD } : statement;
    if (!online) return [...first.map(say), ...moved.map(say), attach];
    const checks = checksOf(table, planning);
    notes.push(...checks.filter(({ sql }) => sql === null).map(({ table: { id } }) => scan(id)));
    const checked = checks.flatMap(({ table: { name }, sql, moves }) =>
      sql === null ? [] : [{ name, sql, moves }],
    );
    return [
      ...first.map(say),
      ...checked.flatMap(({ name, sql, moves }) => {
        const add = say(`ALTER TABLE ${name} ADD CONSTRAINT ${CHECK} CHECK (${sql}) NOT VALID`);
        const validate = say(`ALTER TABLE ${name} VALIDATE CONSTRAINT ${CHECK}`);
        const alone = { transaction: "alone" as const };
        return moves ? [{ ...add, ...alone }, ...moved.map(say), validate] : [add, { ...validate, ...alone }];
      }),
      ...(checked.some(({ moves }) => moves) ? [] : moved.map(say)),
      attach,
      ...checked.map(({ name }) => say(`ALTER TABLE ${name} DROP CONSTRAINT ${CHECK}`)),
    ];
  });
  return { statements: written, notes };
}

const ROWS = /^(WITH moved AS |DO )/;

const scan = (id: FactId): OnlineNote => ({ id, reason: "scan" });

/** Tables with rows that ATTACH looks at, and what it looks for; null: nothing that a check could say. */
function checksOf(
  partition: Fact,
  { around, decided }: Planning,
): { table: Fact; sql: string | null; moves: boolean }[] {
  const { bound, partitionOf } = tableBody(partition);
  // Of those, PostgreSQL proves nothing by a check.
  const boundCheck = /^(DEFAULT|FOR VALUES WITH)/.test(bound ?? "") ? null : tableBody(partition).boundCheck;
  const rest = defaultBeside(partition, around);
  const nested = around.to.facts.get(`table:${partitionOf}`)?.body.partitionOf !== null;
  return [
    ...(decided.born.has(partition.id) ? [] : [{ table: partition, sql: boundCheck, moves: false }]),
    ...(rest
      ? [
          {
            table: rest,
            sql: boundCheck === null || nested ? null : `NOT (${boundCheck})`,
            moves: partitionMoves(around).beside.has(partition.id),
          },
        ]
      : []),
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
