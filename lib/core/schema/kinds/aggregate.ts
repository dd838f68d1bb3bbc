import { anyIn, literal, oid, optional, text, USER_NAMESPACE } from "../sql-text";
import type { Fact, KindDefinition } from "../types";

type Body = Record<string, string | null>;
const body = (fact: Fact) => fact.body as Body;
const KINDS: Record<string, string> = { r: "READ_ONLY", s: "SHAREABLE", w: "READ_WRITE" };
const PARALLEL: Record<string, string> = { s: "SAFE", r: "RESTRICTED", u: "UNSAFE" };
const procedure = (column: string) => `CASE WHEN a.${column}::oid <> 0 THEN a.${column}::regproc::text END`;

/** pg_aggregate and its pg_proc row. */
export const aggregateKind: KindDefinition = {
  kind: "aggregate",
  keyword: "AGGREGATE",
  presence: anyIn("pg_aggregate", "aggfnoid"),
  query:
    () => `SELECT p.oid, p.proowner AS owner, quote_ident(n.nspname) AS schema, quote_ident(p.proname) AS name,
      coalesce(p.proacl, acldefault('f', p.proowner))::text[] AS acl, oidvectortypes(p.proargtypes) AS types,
      pg_get_function_arguments(p.oid) AS arguments, a.aggkind AS kind, a.aggnumdirectargs AS direct, p.proparallel AS parallel,
      ${procedure("aggtransfn")} AS sfunc, format_type(a.aggtranstype, NULL) AS stype, a.aggtransspace AS sspace,
      ${procedure("aggfinalfn")} AS finalfunc, a.aggfinalextra AS finalfunc_extra, a.aggfinalmodify AS finalmodify,
      ${procedure("aggcombinefn")} AS combinefunc, ${procedure("aggserialfn")} AS serialfunc, ${procedure("aggdeserialfn")} AS deserialfunc,
      a.agginitval AS initcond, ${procedure("aggmtransfn")} AS msfunc, ${procedure("aggminvtransfn")} AS minvfunc,
      CASE WHEN a.aggmtranstype <> 0 THEN format_type(a.aggmtranstype, NULL) END AS mstype, a.aggmtransspace AS msspace,
      ${procedure("aggmfinalfn")} AS mfinalfunc, a.aggmfinalextra AS mfinalfunc_extra, a.aggmfinalmodify AS mfinalmodify, a.aggminitval AS minitcond,
      CASE WHEN a.aggsortop <> 0 THEN (SELECT 'OPERATOR(' || quote_ident(sn.nspname) || '.' || o.oprname || ')' FROM pg_operator o
        JOIN pg_namespace sn ON sn.oid = o.oprnamespace WHERE o.oid = a.aggsortop) END AS sortop
    FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE ${USER_NAMESPACE}`,
  read: (row) => {
    const name = `${text(row, "schema")}.${text(row, "name")}`;
    const kind = text(row, "kind");
    const types = text(row, "types");
    const given: Body = { kind, arguments: text(row, "arguments") };
    for (const key of [
      "parallel",
      "sfunc",
      "stype",
      "finalfunc",
      "finalmodify",
      "combinefunc",
      "serialfunc",
      "deserialfunc",
      "initcond",
      "msfunc",
      "minvfunc",
      "mstype",
      "mfinalfunc",
      "mfinalmodify",
      "minitcond",
      "sortop",
    ]) {
      given[key] = optional(row, key);
    }
    given.sspace = Number(row.sspace) > 0 ? String(row.sspace) : null;
    given.msspace = Number(row.msspace) > 0 ? String(row.msspace) : null;
    given.finalfunc_extra = row.finalfunc_extra === true ? "yes" : null;
    given.mfinalfunc_extra = row.mfinalfunc_extra === true ? "yes" : null;
    given.signature = kind === "n" ? types || "*" : text(row, "arguments");
    return {
      id: `aggregate:${name}(${types})`,
      name: `${name}(${given.signature})`,
      schema: text(row, "schema"),
      parent: null,
      body: given,
      addresses: [{ catalog: "pg_proc", oid: oid(row) }],
    };
  },
  create: (fact) => {
    const b = body(fact);
    const parts = [`SFUNC = ${b.sfunc}`, `STYPE = ${b.stype}`];
    const add = (keyword: string, value: string | null | undefined) => {
      if (value) parts.push(`${keyword} = ${value}`);
    };
    add("SSPACE", b.sspace);
    add("FINALFUNC", b.finalfunc);
    if (b.finalfunc_extra) parts.push("FINALFUNC_EXTRA");
    if (b.finalfunc) add("FINALFUNC_MODIFY", KINDS[b.finalmodify ?? ""]);
    add("COMBINEFUNC", b.combinefunc);
    add("SERIALFUNC", b.serialfunc);
    add("DESERIALFUNC", b.deserialfunc);
    if (b.initcond !== null && b.initcond !== undefined) parts.push(`INITCOND = ${literal(b.initcond)}`);
    add("MSFUNC", b.msfunc);
    add("MINVFUNC", b.minvfunc);
    add("MSTYPE", b.mstype);
    add("MSSPACE", b.msspace);
    add("MFINALFUNC", b.mfinalfunc);
    if (b.mfinalfunc_extra) parts.push("MFINALFUNC_EXTRA");
    if (b.mfinalfunc) add("MFINALFUNC_MODIFY", KINDS[b.mfinalmodify ?? ""]);
    if (b.minitcond !== null && b.minitcond !== undefined) parts.push(`MINITCOND = ${literal(b.minitcond)}`);
    add("SORTOP", b.sortop);
    if (b.parallel !== "u") add("PARALLEL", PARALLEL[b.parallel ?? "u"]);
    if (b.kind === "h") parts.push("HYPOTHETICAL");
    const args = b.kind === "n" ? b.arguments || "*" : b.arguments;
    return [
      `CREATE AGGREGATE ${fact.name.slice(0, fact.name.indexOf("("))}(${args}) (\n  ${parts.join(",\n  ")}\n)`,
    ];
  },
  drop: (fact) => [`DROP AGGREGATE ${fact.name}`],
  alter: (from, to) => {
    if (from.name !== to.name || body(from).kind !== body(to).kind || body(from).stype !== body(to).stype)
      return "replace";
    return aggregateKind.create(to, null as never).map((sql) => sql.replace(/^CREATE/, "CREATE OR REPLACE"));
  },
  ownedAs: (fact) => `AGGREGATE ${fact.name}`,
  // GRANT has no word for aggregates: they are functions there.
  grantedOn: (fact) => ({ on: `FUNCTION ${fact.id.slice("aggregate:".length)}`, all: "X" }),
};
