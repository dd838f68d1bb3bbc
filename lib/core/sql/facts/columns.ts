import type { Node } from "../parser";
import { names } from "../tree";
import type { Known } from "../types";
import type { FactsBuilder } from "./builder";
import { typeText } from "./knowledge";
import { isVolatile } from "./volatility";

const SERIAL = /^(small|big)?serial[248]?$/;

/** Built-in types: any other may be a domain whose constraints make PostgreSQL visit every row. */
const BUILT_IN =
  /^(int[248]?|integer|smallint|bigint|bool|boolean|text|varchar|bpchar|char|name|uuid|jsonb?|date|timestamp|timestamptz|time|timetz|interval|numeric|decimal|float[48]|real|money|bytea|inet|cidr|macaddr8?|bit|varbit|xml|tsvector|tsquery|point|line|lseg|box|path|polygon|circle|oid|(int[48]|num|ts|tstz|date)(multi)?range|citext|hstore|vector|geometry|geography|ltree)(\([\d,\s?]*\))?(\[\])?$/;

export interface ColumnLike {
  colname?: string;
  typeName?: { names?: Node[]; typmods?: Node[]; arrayBounds?: Node[] };
  constraints?: Node[];
  raw_default?: Node;
}

/** What kind of column a definition makes; rules and facts both ask. */
export function readColumn(column: ColumnLike) {
  const constraints = (column.constraints ?? []).flatMap((node) =>
    "Constraint" in node ? [node.Constraint] : [],
  );
  const of = (type: string) => constraints.find(({ contype }) => contype === type);
  const type = column.typeName ? typeText(column.typeName) : "";
  return {
    name: column.colname ?? "",
    type,
    constraints,
    isSerial: SERIAL.test(type),
    notNull: of("CONSTR_NOTNULL") !== undefined,
    primary: of("CONSTR_PRIMARY"),
    unique: of("CONSTR_UNIQUE"),
    identity: of("CONSTR_IDENTITY"),
    generated: of("CONSTR_GENERATED"),
    /** The default's expression; `undefined` for none, and DEFAULT NULL counts as none. */
    default: withoutNull(of("CONSTR_DEFAULT")?.raw_expr ?? column.raw_default),
    foreign: of("CONSTR_FOREIGN"),
    check: of("CONSTR_CHECK"),
  };
}

function withoutNull(expression: Node | undefined): Node | undefined {
  if (expression && "A_Const" in expression && expression.A_Const.isnull) return undefined;
  if (expression && "TypeCast" in expression) return withoutNull(expression.TypeCast.arg) && expression;
  return expression;
}

/** Why ADD COLUMN rewrites the table, or `no`. */
export function addColumnRewrites(column: ColumnLike): {
  answer: Known;
  because: "serial" | "identity" | "generated" | "default" | "domain" | null;
} {
  const read = readColumn(column);
  if (read.isSerial) return { answer: "yes", because: "serial" };
  if (read.identity) return { answer: "yes", because: "identity" };
  if (read.generated)
    return read.generated.generated_kind === "v"
      ? { answer: "no", because: null }
      : { answer: "yes", because: "generated" };
  const volatile = isVolatile(read.default);
  if (volatile !== "no") return { answer: volatile, because: "default" };
  if (!BUILT_IN.test(read.type)) return { answer: "unknown", because: "domain" };
  return { answer: "no", because: null };
}

/** ADD COLUMN of an existing table. */
export function columnFacts(table: string, column: ColumnLike, facts: FactsBuilder): void {
  const read = readColumn(column);
  const { answer, because } = addColumnRewrites(column);
  const ownType = because === "domain" && facts.knowledge.isFreshType(read.type);
  facts.rewrites(ownType ? "unknown" : answer);
  facts.scans(answer);
  // Without a default every row would hold NULL: PostgreSQL reads the table to find out whether it has rows.
  if (read.notNull && !read.default && answer === "no") facts.scans("yes");
  for (const constraint of read.constraints) {
    if (constraint.contype === "CONSTR_FOREIGN") {
      facts.lock(constraint.pktable, "SHARE ROW EXCLUSIVE");
      // A column of NULLs alone refers to nothing, so nothing is looked up.
      if (read.default) facts.scans("yes");
    } else if (["CONSTR_CHECK", "CONSTR_PRIMARY", "CONSTR_UNIQUE"].includes(constraint.contype ?? ""))
      constraintFacts(table, constraint, facts);
  }
}

export interface ConstraintLike {
  contype?: string;
  conname?: string;
  skip_validation?: boolean;
  is_enforced?: boolean;
  indexname?: string;
  keys?: Node[];
  pktable?: { schemaname?: string; relname?: string };
}

/** ADD CONSTRAINT of an existing table. */
export function constraintFacts(table: string, constraint: ConstraintLike, facts: FactsBuilder): void {
  const { contype, skip_validation: notValid, indexname } = constraint;
  if (contype === "CONSTR_FOREIGN") {
    facts.lock(constraint.pktable, "SHARE ROW EXCLUSIVE");
    facts.scans(notValid ? "no" : "yes");
  } else if (contype === "CONSTR_CHECK") facts.scans(notValid ? "no" : "yes");
  else if (contype === "CONSTR_NOTNULL") {
    const proven = names(constraint.keys).every((column) => facts.knowledge.provesNotNull(table, column));
    facts.scans(notValid || proven ? "no" : "yes");
  } else if (contype === "CONSTR_PRIMARY" && indexname) facts.scans("unknown");
  else if (!indexname && ["CONSTR_PRIMARY", "CONSTR_UNIQUE", "CONSTR_EXCLUSION"].includes(contype ?? ""))
    facts.scans("yes");
}
