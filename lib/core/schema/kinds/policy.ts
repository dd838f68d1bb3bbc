import { anyIn, list, oid, optional, text, USER_NAMESPACE } from "../sql-text";
import type { Fact, KindDefinition } from "../types";
import { relationOf } from "./column";

interface Body {
  permissive: boolean;
  command: string;
  roles: string[];
  using: string | null;
  check: string | null;
}
const body = (fact: Fact) => fact.body as unknown as Body;
const COMMANDS: Record<string, string> = { r: "SELECT", a: "INSERT", w: "UPDATE", d: "DELETE", "*": "ALL" };

/** pg_policy. */
export const policyKind: KindDefinition = {
  kind: "policy",
  keyword: "POLICY",
  presence: anyIn("pg_policy"),
  query:
    () => `SELECT p.oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS relation, quote_ident(p.polname) AS name,
      p.polpermissive AS permissive, p.polcmd AS command, pg_get_expr(p.polqual, p.polrelid) AS using, pg_get_expr(p.polwithcheck, p.polrelid) AS check,
      ARRAY(SELECT CASE WHEN r = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END FROM unnest(p.polroles) r ORDER BY 1) AS roles
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${USER_NAMESPACE}`,
  read: (row) => ({
    id: `policy:${text(row, "relation")}.${text(row, "name")}`,
    name: text(row, "name"),
    schema: null,
    parent: `table:${text(row, "relation")}`,
    body: {
      permissive: row.permissive === true,
      command: text(row, "command"),
      roles: list(row, "roles"),
      using: optional(row, "using"),
      check: optional(row, "check"),
    },
    addresses: [{ catalog: "pg_policy", oid: oid(row) }],
  }),
  create: (fact) => {
    const b = body(fact);
    const parts = [`CREATE POLICY ${fact.name} ON ${relationOf(fact)}`];
    if (!b.permissive) parts.push("AS RESTRICTIVE");
    parts.push(`FOR ${COMMANDS[b.command]}`, `TO ${b.roles.join(", ")}`);
    if (b.using !== null) parts.push(`USING (${b.using})`);
    if (b.check !== null) parts.push(`WITH CHECK (${b.check})`);
    return [parts.join(" ")];
  },
  drop: (fact) => [`DROP POLICY ${fact.name} ON ${relationOf(fact)}`],
  compared: ({ body: { byColumn, ...rest } }) =>
    Array.isArray(byColumn) ? { ...rest, using: byColumn[0], check: byColumn[1] } : rest,
  alter: (from, to) => {
    const [a, b] = [body(from), body(to)];
    const lost = (a.using !== null && b.using === null) || (a.check !== null && b.check === null);
    if (a.permissive !== b.permissive || a.command !== b.command || lost) return "replace";
    const parts = [
      ...(a.roles.join() === b.roles.join() ? [] : [`TO ${b.roles.join(", ")}`]),
      ...(a.using === b.using ? [] : [`USING (${b.using})`]),
      ...(a.check === b.check ? [] : [`WITH CHECK (${b.check})`]),
    ];
    return [`ALTER POLICY ${to.name} ON ${relationOf(to)} ${parts.join(" ")}`];
  },
  commentOn: (fact) => `POLICY ${fact.name} ON ${relationOf(fact)}`,
};
