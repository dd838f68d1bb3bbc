import { oid, text, USER_NAMESPACE } from "../sql-text";
import type { Fact, KindDefinition } from "../types";
import { bareJoins } from "./view";

interface Body {
  kind: "f" | "p" | "w";
  definition: string;
  /** What CREATE OR REPLACE may not change: return type, names of arguments, OUT arguments. */
  signature: string;
  defaults: number;
  language: string;
  source: string;
}
const body = (fact: Fact) => fact.body as unknown as Body;
const noun = (fact: Fact) => (body(fact).kind === "p" ? "PROCEDURE" : "FUNCTION");

/** As of a function whose arguments, all of them IN, have no names yet: those may be given. */
function withoutNames(signature: string): string {
  return signature.replace(/^([^|]*\|)\|[^|]*$/, "$1|");
}

/** pg_proc: functions, window functions and procedures. */
export const functionKind: KindDefinition = {
  kind: "function",
  keyword: "FUNCTION",
  query:
    () => `SELECT p.oid, p.proowner AS owner, quote_ident(n.nspname) AS schema, quote_ident(p.proname) AS name,
      pg_get_function_identity_arguments(p.oid) AS identity, oidvectortypes(p.proargtypes) AS types, p.prokind AS kind, pg_get_functiondef(p.oid) AS definition,
      coalesce(pg_get_function_result(p.oid), '') || '|' || coalesce(array_to_string(p.proargmodes, ','), '') || '|' || coalesce(array_to_string(p.proargnames, ','), '') || coalesce('|' || p.proallargtypes::regtype[]::text, '') AS signature,
      p.pronargdefaults AS defaults, l.lanname AS language, CASE WHEN p.prosqlbody IS NULL THEN p.prosrc ELSE '' END AS source,
      coalesce(p.proacl, acldefault('f', p.proowner))::text[] AS acl
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
    WHERE p.prokind IN ('f', 'p', 'w') AND ${USER_NAMESPACE}
      AND NOT EXISTS (SELECT 1 FROM pg_depend i WHERE i.classid = 'pg_proc'::regclass AND i.objid = p.oid AND i.deptype = 'i')`,
  read: (row) => {
    const name = `${text(row, "schema")}.${text(row, "name")}(${text(row, "types")})`;
    const routine: Body = {
      kind: text(row, "kind") as Body["kind"],
      definition: text(row, "definition"),
      signature: text(row, "signature"),
      defaults: Number(row.defaults),
      language: text(row, "language"),
      source: text(row, "source"),
    };
    return {
      id: `function:${name}`,
      name,
      schema: text(row, "schema"),
      parent: null,
      body: { ...routine },
      addresses: [{ catalog: "pg_proc", oid: oid(row) }],
    };
  },
  create: (fact) => [body(fact).definition.trimEnd()],
  drop: (fact) => [`DROP ${noun(fact)} ${fact.name}`],
  alter: (from, to) => {
    const [a, b] = [body(from), body(to)];
    if (a.kind !== b.kind || a.defaults > b.defaults) return "replace";
    if (a.signature !== b.signature && a.signature !== withoutNames(b.signature)) return "replace";
    return [b.definition.trimEnd()];
  },
  compared: (fact) => ({
    ...fact.body,
    definition: body(fact).source === "" ? bareJoins(body(fact).definition) : body(fact).definition,
  }),
  commentOn: (fact) => `${noun(fact)} ${fact.name}`,
  ownedAs: (fact) => `${noun(fact)} ${fact.name}`,
  grantedOn: (fact) => ({ on: `${noun(fact)} ${fact.name}`, all: "X" }),
};
