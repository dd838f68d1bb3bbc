import type { Row } from "./types";

/** Part of a pattern: a name as PostgreSQL prints it, in quotes where it needs them. */
export const NAME = '(?:"(?:[^"]|"")+"|[^\\s"(),]+)';

/** Namespaces that are not the system's and not ours. */
export const USER_NAMESPACE =
  "n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('dbmigrator', 'dbmigrator_undo')";

/**
 * Leaves out members of extensions that ALTER EXTENSION does not know, and what says how members are; other members
 * are read and set apart (see introspect/read-dependencies). The members are few, and found once for all rows.
 */
export function notMember(catalog: string, oid: string): string {
  return `${oid} NOT IN (SELECT m.objid FROM pg_depend m WHERE m.refclassid = 'pg_extension'::regclass AND m.classid = '${catalog}'::regclass AND m.deptype = 'e')`;
}

/**
 * Whether a catalog has rows that initdb did not make: those have object identifiers from 16384 on
 * (FirstNormalObjectId; documentation, "System Catalog Initial Data").
 * @param where narrows the rows
 */
export function anyIn(catalog: string, oid = "oid", where = "true"): string {
  return `EXISTS (SELECT FROM ${catalog} WHERE ${oid} >= 16384 AND ${where})`;
}

/** Text constant as SQL writes it. */
export function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes("\\") ? `E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}

export function text(row: Row, key: string): string {
  const value = row[key];
  if (typeof value !== "string") throw new Error(`the catalog query returned no text for ${key}`);
  return value;
}

export function optional(row: Row, key: string): string | null {
  const value = row[key];
  return value === null || value === undefined ? null : String(value);
}

export function oid(row: Row, key = "oid"): number {
  return Number(row[key]);
}

export function list(row: Row, key: string): string[] {
  const value = row[key];
  return Array.isArray(value) ? value.map(String) : [];
}

/** `{a=1,b=2}` options as `a = '1', b = '2'` for WITH (…) clauses. */
export function storageOptions(options: string[]): string {
  return options
    .map((option) => {
      const at = option.indexOf("=");
      return `${option.slice(0, at)}=${literal(option.slice(at + 1))}`;
    })
    .join(", ");
}

/** Statements that turn one set of `name=value` options into another: SET and RESET. */
export function alterOptions(prefix: string, from: string[], to: string[]): string[] {
  const nameOf = (option: string) => option.slice(0, option.indexOf("="));
  const names = (options: string[]) => options.map(nameOf);
  const reset = names(from).filter((name) => !names(to).includes(name));
  const changed = to.filter((option) => !from.includes(option));
  // What is set goes to the end of the stored list: where that is another order than wanted, all are set.
  const kept = from.filter((option) => to.includes(option) && !names(changed).includes(nameOf(option)));
  const inOrder = changed.length === 0 || [...kept, ...changed].join("\n") === to.join("\n");
  const set = inOrder ? changed : to;
  return [
    ...(reset.length > 0 ? [`${prefix} RESET (${reset.join(", ")})`] : []),
    ...(set.length > 0 ? [`${prefix} SET (${storageOptions(set)})`] : []),
  ];
}

/** Options of foreign data objects: `OPTIONS (ADD a '1', SET b '2', DROP c)`; empty when equal. */
export function alterForeignOptions(from: string[], to: string[]): string {
  const parse = (options: string[]) =>
    new Map(options.map((o) => [o.slice(0, o.indexOf("=")), o.slice(o.indexOf("=") + 1)]));
  const [a, b] = [parse(from), parse(to)];
  const parts = [
    ...[...a.keys()].filter((key) => !b.has(key)).map((key) => `DROP ${quoteName(key)}`),
    ...[...b].flatMap(([key, value]) => {
      if (!a.has(key)) return [`ADD ${quoteName(key)} ${literal(value)}`];
      return a.get(key) === value ? [] : [`SET ${quoteName(key)} ${literal(value)}`];
    }),
  ];
  return parts.length > 0 ? `OPTIONS (${parts.join(", ")})` : "";
}

export function foreignOptions(options: string[]): string {
  if (options.length === 0) return "";
  const parts = options.map(
    (o) => `${quoteName(o.slice(0, o.indexOf("=")))} ${literal(o.slice(o.indexOf("=") + 1))}`,
  );
  return ` OPTIONS (${parts.join(", ")})`;
}

/** Always in double quotes: right for every name, used where the server did not quote it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
