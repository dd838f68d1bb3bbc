import { kindOf } from "../../schema/kinds/all";
import { tableBody } from "../../schema/kinds/table";
import { literal } from "../../schema/sql-text";
import type { Fact, Snapshot } from "../../schema/types";
import type { Move } from "./facts";
import { nameParts } from "./text";

/** `ALTER … RENAME TO`, and SET SCHEMA before it where the schema is another. */
export function renameSql(move: Move, fact: Fact): string[] {
  const from = nameParts(move.from);
  const to = nameParts(move.to);
  switch (move.kind) {
    case "schema":
      return [`ALTER SCHEMA ${move.from} RENAME TO ${move.to}`];
    case "enum_value":
      return [`ALTER TYPE ${fact.name} RENAME VALUE ${literal(move.from)} TO ${literal(move.to)}`];
    case "domain_constraint":
      return [`ALTER DOMAIN ${from[0]}.${from[1]} RENAME CONSTRAINT ${from[2]} TO ${to[2]}`];
    case "column":
    case "constraint":
      return [
        `ALTER ${isForeign(fact) ? "FOREIGN " : ""}TABLE ${from[0]}.${from[1]} RENAME ${move.kind === "column" ? "COLUMN" : "CONSTRAINT"} ${from[2]} TO ${to[2]}`,
      ];
    default:
      return renameObject(fact, from, to);
  }
}

function renameObject(fact: Fact, from: string[], to: string[]): string[] {
  const noun = nounOf(fact);
  const tail = fact.kind === "function" ? fact.name.slice(`${from[0]}.${from[1]}`.length) : "";
  const sql: string[] = [];
  if (from[0] !== to[0]) sql.push(`ALTER ${noun} ${from[0]}.${from[1]}${tail} SET SCHEMA ${to[0]}`);
  if (from[1] !== to[1]) sql.push(`ALTER ${noun} ${to[0]}.${from[1]}${tail} RENAME TO ${to[1]}`);
  return sql;
}

function nounOf(fact: Fact): string {
  if (fact.kind === "table") return tableBody(fact).kind === "f" ? "FOREIGN TABLE" : "TABLE";
  if (fact.kind === "function") return fact.body.kind === "p" ? "PROCEDURE" : "FUNCTION";
  return kindOf(fact.kind).keyword;
}

function isForeign(part: Fact): boolean {
  return part.kind === "column" && part.body.of === "f";
}

/** Names that two objects cannot have at once. */
function placeOf(move: Pick<Move, "kind" | "id">, name: string): string {
  if (move.kind === "enum_value") return `${move.id} ${name}`;
  if (move.kind === "column" || move.kind === "constraint") return `${move.kind} ${name}`;
  if (move.kind === "function") return `function ${name}`;
  return move.kind === "schema" ? `schema ${name}` : `object ${name}`;
}

/**
 * The statements of renames that happen "at once": one whose new name is still taken by another waits for it, and
 * a ring of them is opened with a name in between.
 */
export function renameStatements(moves: readonly Move[], snapshot: Snapshot): { id: string; sql: string }[] {
  const waiting = [...moves];
  const statements: { id: string; sql: string }[] = [];
  const write = (move: Move) => {
    const fact = snapshot.facts.get(move.id);
    if (fact) statements.push(...renameSql(move, fact).map((sql) => ({ id: move.id, sql })));
  };
  let between = 0;
  while (waiting.length > 0) {
    const taken = new Map(waiting.map((move) => [placeOf(move, move.from), move]));
    const free = waiting.filter((move) => {
      const other = taken.get(placeOf(move, move.to));
      return other === undefined || other === move;
    });
    for (const move of free) {
      write(move);
      waiting.splice(waiting.indexOf(move), 1);
    }
    if (free.length > 0) continue;
    const first = waiting[0] as Move;
    const aside = nameBetween(first, ++between);
    write({ ...first, to: aside });
    waiting[0] = { ...first, from: aside };
  }
  return statements;
}

function nameBetween(move: Move, number: number): string {
  const name = `dbmigrator_between_${number}`;
  if (move.kind === "schema" || move.kind === "enum_value") return name;
  const parts = nameParts(move.from);
  return [...parts.slice(0, move.kind === "column" || move.kind === "constraint" ? 2 : 1), name].join(".");
}
