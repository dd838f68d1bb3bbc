import pg from "pg";
import type { TableName } from "../../core/backup/types";

export const quoteName = (name: string): string => pg.escapeIdentifier(name);
export const quoteText = (text: string): string => pg.escapeLiteral(text);
export const quoteTable = ({ schema, name }: TableName): string => `${quoteName(schema)}.${quoteName(name)}`;

/** For people: `shop.orders`. */
export const tableText = ({ schema, name }: TableName): string => `${schema}.${name}`;

/** The first five names, and how many more there are. */
export function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

export const columnList = (columns: readonly string[]): string =>
  columns.length === 0 ? "" : ` (${columns.map(quoteName).join(", ")})`;

/** A literal on one line, whatever it holds. */
export function quoteLine(text: string): string {
  if (!/[\n\r]/.test(text)) return quoteText(text);
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("'", "''");
  return `E'${escaped.replaceAll("\n", "\\n").replaceAll("\r", "\\r")}'`;
}
