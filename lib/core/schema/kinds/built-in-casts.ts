/** Types that name objects (docs: "Object Identifier Types"). */
const NAMED =
  "regproc|regprocedure|regoper|regoperator|regclass|regtype|regconfig|regdictionary|regnamespace|regrole|regcollation";
/** Which built-in types cast to which (catalog pg_cast), besides themselves; what can be text casts from and to all. */
const CASTS: Record<string, string> = {
  smallint: `integer|bigint|numeric|real|double precision|oid|bytea|${NAMED}`,
  integer: `smallint|bigint|numeric|real|double precision|oid|money|boolean|bit|bytea|"char"|${NAMED}`,
  bigint: `smallint|integer|numeric|real|double precision|oid|money|bit|bytea|${NAMED}`,
  numeric: "smallint|integer|bigint|real|double precision|money",
  real: "smallint|integer|bigint|numeric|double precision",
  "double precision": "smallint|integer|bigint|numeric|real",
  money: "numeric",
  oid: `integer|bigint|${NAMED}`,
  boolean: "integer",
  bit: "integer|bigint|bit varying",
  "bit varying": "bit",
  bytea: "smallint|integer|bigint",
  json: "jsonb",
  jsonb: "json|boolean|smallint|integer|bigint|numeric|real|double precision",
  date: "timestamp without time zone|timestamp with time zone",
  "timestamp without time zone": "date|time without time zone|timestamp with time zone",
  "timestamp with time zone": "date|time without time zone|time with time zone|timestamp without time zone",
  "time without time zone": "interval|time with time zone",
  "time with time zone": "time without time zone",
  interval: "time without time zone",
  cidr: "inet",
  inet: "cidr",
  macaddr: "macaddr8",
  macaddr8: "macaddr",
  point: "box",
  lseg: "point",
  box: "point|lseg|circle|polygon",
  path: "polygon",
  polygon: "point|path|box|circle",
  circle: "point|box|polygon",
  uuid: "",
  line: "",
  tsvector: "",
  tsquery: "",
  pg_lsn: "",
  '"char"': "integer",
  xid: "",
  xid8: "xid",
  cid: "",
  tid: "",
  jsonpath: "",
  xml: "",
  pg_snapshot: "",
  txid_snapshot: "",
  ...Object.fromEntries(NAMED.split("|").map((type) => [type, "integer|bigint|oid"])),
  regproc: "integer|bigint|oid|regprocedure",
  regprocedure: "integer|bigint|oid|regproc",
  regoper: "integer|bigint|oid|regoperator",
  regoperator: "integer|bigint|oid|regoper",
  ...Object.fromEntries(
    ["int4", "int8", "num", "date", "ts", "tstz"].flatMap((of) => [
      [`${of}range`, `${of}multirange`],
      [`${of}multirange`, ""],
    ]),
  ),
};

/** The types of the table above. */
export const BUILT_IN_TYPES: readonly string[] = Object.keys(CASTS);

/**
 * Whether both are built-in types and neither PostgreSQL's casts nor their text forms lead from one to the other in
 * one step. Of other types nothing is known here.
 * @param from as format_type prints it, with modifiers and brackets
 */
export function needsText(from: string, to: string): boolean {
  const [a, b] = [bare(from), bare(to)];
  if (a === b || !Object.hasOwn(CASTS, a) || !Object.hasOwn(CASTS, b)) return false;
  return !CASTS[a]?.split("|").includes(b);
}

function bare(type: string): string {
  return type
    .replace(/\([^)]*\)/, "")
    .replace(/(\[\])+$/, "")
    .replace(/^interval .*/, "interval");
}
