import { withMembers } from "../schema/members";
import type { FactId, Snapshot, Surroundings } from "../schema/types";
import type { Action } from "./actions";
import { attachPartitions, ROWS_MOVE } from "./attach-partitions";
import { buildActions } from "./build-actions";
import { forOrder, orderAt } from "./column-aliases";
import { type CompareOptions, compareSnapshots, type Difference } from "./compare";
import { decide } from "./decide";
import { exchangeNames } from "./held-names";
import { holdTogether } from "./hold-together";
import { lateActions } from "./late";
import { type Loss, lossesOf, lossesOfHeld } from "./losses";
import { goOnline } from "./online";
import type { OnlineNote } from "./online-notes";
import { orderActions } from "./order";
import { asPrinted } from "./printed";
import { applyRenames } from "./rename/apply";
import { findQuestions } from "./rename/renames";
import type { Rename, RenameQuestion } from "./rename/types";
import { writeDefaults } from "./write-defaults";

export interface PlannedStatement {
  sql: string;
  verb: Action["verb"] | "rename" | "prepare" | "finish";
  /** What it is about. */
  id: FactId;
  /** Rows or values that cannot come back. */
  losesData: boolean;
  /** PostgreSQL refuses it when the table has rows. */
  needsNoRows: boolean;
  /** What a reader of the script is told of it. */
  note?: string;
  /** A commit is needed after it before its result can be used (ALTER TYPE … ADD VALUE). */
  commitAfter: boolean;
  /** `outside`: PostgreSQL refuses it in a transaction. `alone`: its lock must not be kept for what follows. */
  transaction?: "outside" | "alone";
}

export interface PlanOptions extends CompareOptions {
  /** What is the same object under another name; see `findRenames`. */
  renames?: readonly Rename[];
  /** Objects of `from` that were asked about and are no renames: dropped, and not asked about again. */
  notRenamed?: readonly FactId[];
  /** Writers go on while it runs; takes longer and is no single transaction. */
  online?: boolean;
}

export interface SchemaPlan {
  statements: PlannedStatement[];
  /** What remains to be done after `renames`. */
  differences: Difference[];
  /** Given and silent ones, as carried out. */
  renames: Rename[];
  /** Drops of data that may have been meant as renames. The plan drops until it is told. */
  questions: RenameQuestion[];
  /** Rows and values that no later plan brings back. */
  losses: Loss[];
  /** Where `online` was asked for and a lock that blocks writers remains. */
  offline: OnlineNote[];
}

/**
 * SQL that turns `source` into `target`, in an order in which every statement finds what it needs. Rows are kept: a table
 * or column that exists on both sides is altered, never dropped and made anew. Statements are schema-qualified;
 * bodies of functions may name what comes later, so they are run with `check_function_bodies = off` (writePlan
 * says so).
 * @throws DomainError schema.rename_unknown for a rename whose object is not on its side
 */
export function planSchema(source: Snapshot, target: Snapshot, options: PlanOptions = {}): SchemaPlan {
  const { from, to } = withMembers(source, target);
  const renamed = applyRenames(from, to, options.renames ?? []);
  const around: Surroundings = { from: renamed.snapshot, to };
  const differences = compareSnapshots(around.from, to, options);
  const decided = decide(differences, around);
  const planning = { around, decided, options };
  const actions = buildActions(planning);
  const offline = options.online ? goOnline(actions, planning) : [];
  const ordered = writeDefaults(orderActions(actions), around);
  const { before, after } = lateActions(around, decided.gone, decided.born);
  const bare = { losesData: false, needsNoRows: false, commitAfter: false };
  const orderOf = orderAt(ordered, around);
  const spelled = (place: number) => (one: PlannedStatement) =>
    one.verb === "drop" ? one : { ...one, sql: forOrder(asPrinted(one.sql), orderOf(place)) };
  const late = after.map((one): PlannedStatement => ({ ...one, ...bare, verb: "finish" }));
  const finish = attachPartitions(late, planning, options.online === true);
  const written = exchangeNames([
    ...renamed.statements.map((one) => ({ ...one, ...bare, verb: "rename" as const })),
    ...before.map((one) => ({ ...one, ...bare, verb: "prepare" as const })).map(spelled(-1)),
    ...ordered.flatMap((action, place) => statementsOf(action, around).map(spelled(place))),
    ...finish.statements.map(spelled(ordered.length)),
  ]);
  const { statements, notes } = options.online
    ? holdTogether(written, planning)
    : { statements: written, notes: [] };
  const questions = findQuestions(around.from, to, options.notRenamed ?? []);
  const losses = [
    ...ordered.flatMap((action) => lossesOf(action, around)),
    ...lossesOfHeld(planning.decided.held),
  ];
  return {
    statements,
    differences,
    renames: renamed.applied,
    questions,
    losses,
    offline: onlyOnce([...offline, ...finish.notes, ...notes]),
  };
}

function onlyOnce(notes: readonly OnlineNote[]): OnlineNote[] {
  const known = new Map(notes.map((note) => [`${note.reason} ${note.id}`, note]));
  return [...known.values()];
}

/** Of the statements that alter a column, those that say its type. */
const CONVERTS = / TYPE |^INSERT INTO /;
/** A new column that must hold something, and is given nothing. */
const REQUIRED = /^ALTER TABLE .* ADD COLUMN (?!.* (?:DEFAULT|GENERATED) ).* NOT NULL/s;

function statementsOf(action: Action, around: Surroundings): PlannedStatement[] {
  const losesData = lossesOf(action, around).length > 0;
  return action.sql.map((sql) => ({
    sql,
    verb: action.verb,
    id: action.fact.id,
    losesData: losesData && (action.verb === "drop" ? !sql.startsWith("INSERT ") : CONVERTS.test(sql)),
    needsNoRows: action.fact.kind === "column" && REQUIRED.test(sql),
    commitAfter: /^ALTER TYPE .* ADD VALUE /.test(sql),
    ...(action.verb === "drop" && sql.startsWith("INSERT ") ? { note: ROWS_MOVE } : {}),
    ...(action.transactions?.has(sql) ? { transaction: action.transactions.get(sql) } : {}),
  })) as PlannedStatement[];
}
