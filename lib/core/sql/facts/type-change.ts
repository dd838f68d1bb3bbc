import type { Node } from "../parser";
import type { Known } from "../types";

/** Names of one type, as the parser and as format_type write them. */
const ALIASES: Record<string, string> = {
  "character varying": "varchar",
  character: "bpchar",
  char: "bpchar",
  integer: "int4",
  int: "int4",
  bigint: "int8",
  smallint: "int2",
  boolean: "bool",
  decimal: "numeric",
  real: "float4",
  "double precision": "float8",
  "timestamp without time zone": "timestamp",
  "timestamp with time zone": "timestamptz",
  "time without time zone": "time",
  "time with time zone": "timetz",
  "bit varying": "varbit",
};

/** A type by its short internal name (`int4`, `varchar`), with the numbers in its brackets. */
export interface Type {
  name: string;
  mods: number[];
}

/** @param text as written in a script or by format_type */
export function readType(text: string): Type {
  const match = /^(.*?)(?:\(([\d,\s-]+)\))?((?:\s+with(?:out)? time zone)?)(\[\])?$/.exec(
    text.trim().toLowerCase(),
  );
  const base = `${match?.[1] ?? text}${match?.[3] ?? ""}`.trim();
  const mods = (match?.[2] ?? "")
    .split(",")
    .filter((part) => part.trim() !== "")
    .map(Number);
  return { name: `${ALIASES[base] ?? base}${match?.[4] ?? ""}`, mods };
}

/** Types no other built-in type is stored like: a change to them rewrites, whatever it was. */
const ALONE = new Set([
  "int2",
  "int8",
  "bool",
  "uuid",
  "jsonb",
  "json",
  "date",
  "float4",
  "float8",
  "money",
  "bytea",
  "interval",
  "time",
  "timetz",
  "bpchar",
  "macaddr",
]);
const TEXTS = new Set(["text", "varchar"]);
const FIXED = new Set([
  "int2",
  "int4",
  "int8",
  "bool",
  "uuid",
  "jsonb",
  "json",
  "date",
  "float4",
  "float8",
  "money",
  "bytea",
  "bpchar",
  "text",
  "varchar",
  "numeric",
  "timestamp",
  "timestamptz",
  "interval",
  "time",
  "timetz",
  "inet",
  "cidr",
  "macaddr",
  "xml",
]);

/**
 * Whether ALTER COLUMN TYPE rewrites the table, as measured on PostgreSQL 18 (documentation: ALTER TABLE, notes).
 * @param from the type it had, as written or as format_type says; undefined: not known
 * @param to the new type
 * @param using the USING expression
 */
export function typeChangeRewrites(from: string | undefined, to: string, using: Node | undefined): Known {
  if (isComputed(using)) return "yes";
  const target = readType(to);
  if (from === undefined) {
    if (using) return ALONE.has(target.name) ? "yes" : "unknown";
    return ALONE.has(target.name) || target.name === "int4" ? "yes" : "unknown";
  }
  const source = readType(from);
  if (source.name === target.name) return sameTypeRewrites(source, target);
  if (TEXTS.has(source.name) && TEXTS.has(target.name)) return target.mods.length === 0 ? "no" : "yes";
  if (source.name === "cidr" && target.name === "inet") return "no";
  if (source.name === "varbit" && target.name === "bit") return "yes";
  const times = ["timestamp", "timestamptz"];
  // Without a rewrite only while the session's time zone is UTC.
  if (times.includes(source.name) && times.includes(target.name))
    return target.mods.length > 0 ? "yes" : "unknown";
  return FIXED.has(source.name) && FIXED.has(target.name) ? "yes" : "unknown";
}

/**
 * Whether USING is more than the column and casts of it: then every value is written anew, whatever the types are.
 * Functions that are not built in may be written in SQL and come to nothing when they are inlined.
 */
function isComputed(using: Node | undefined): boolean {
  if (!using || "ColumnRef" in using) return false;
  if ("TypeCast" in using) return isComputed(using.TypeCast.arg);
  if ("CollateClause" in using) return isComputed(using.CollateClause.arg);
  if (!("FuncCall" in using)) return true;
  const [schema] = using.FuncCall.funcname ?? [];
  return schema !== undefined && "String" in schema && schema.String.sval === "pg_catalog";
}

function sameTypeRewrites(source: Type, target: Type): Known {
  const [sourceFirst, sourceSecond = 0] = source.mods;
  const [targetFirst, targetSecond = 0] = target.mods;
  if (source.name === "bpchar") return (sourceFirst ?? 1) === (targetFirst ?? 1) ? "no" : "yes";
  if (targetFirst === undefined) return source.name === "numeric" && sourceFirst !== undefined ? "no" : "no";
  if (source.name === "numeric") {
    if (sourceFirst === undefined) return "yes";
    return targetFirst >= sourceFirst && targetSecond === sourceSecond ? "no" : "yes";
  }
  // varchar, varbit, timestamp, time: more room needs no rewrite.
  if (sourceFirst === undefined) return source.name.startsWith("time") && targetFirst >= 6 ? "no" : "yes";
  return targetFirst >= sourceFirst ? "no" : "yes";
}

/** Whether values that fit before may not fit afterwards. */
export function typeChangeNarrows(from: string | undefined, to: string): boolean | undefined {
  if (from === undefined) return undefined;
  const source = readType(from);
  const target = readType(to);
  const sizes = ["int2", "int4", "int8", "numeric"];
  const was = sizes.indexOf(source.name);
  const is = sizes.indexOf(target.name);
  if (was >= 0 && is >= 0 && was !== is) return is < was;
  if (TEXTS.has(target.name) || target.name === "bpchar") {
    const limit = target.mods[0];
    if (limit === undefined) return false;
    const old = source.mods[0];
    return !(TEXTS.has(source.name) || source.name === "bpchar") || old === undefined || limit < old;
  }
  return source.name === target.name ? sameTypeRewrites(source, target) === "yes" : undefined;
}
