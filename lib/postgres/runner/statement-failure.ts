import type pg from "pg";
import { maskFailure } from "../../core/query/mask";
import type { PostgresFailure } from "../../core/run/types";
import type { Statement } from "../../core/sql/types";
import { hintOf } from "./failure-hints";

/**
 * PostgreSQL's own words about a statement, with the place in the script.
 * @param sent the text that was sent; its positions count in characters (docs: "Error and Notice Message Fields")
 */
export function failureOf(
  error: pg.DatabaseError,
  migration: string,
  statement: Statement,
  sent: string = statement.text,
): PostgresFailure {
  const place = sent === statement.text ? placeOf(statement, Number(error.position ?? 0)) : statement;
  return maskFailure({
    sqlState: error.code ?? "XX000",
    message: error.message,
    ...(error.detail ? { detail: error.detail } : {}),
    ...hintOf(error),
    migration,
    statement: statement.index,
    line: place.line,
    column: place.column,
  });
}

function placeOf(statement: Statement, position: number): { line: number; column: number } {
  if (position < 1) return statement;
  const before = [...statement.text].slice(0, position - 1).join("");
  const lines = before.split("\n");
  const last = lines.at(-1) ?? "";
  return lines.length === 1
    ? { line: statement.line, column: statement.column + last.length }
    : { line: statement.line + lines.length - 1, column: last.length + 1 };
}
