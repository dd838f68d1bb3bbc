import type { TableName } from "../../core/backup/types";
import { quoteName } from "../../core/risk/rule";

/** Keywords that may name a column and nothing else: pg_dump quotes them too (PostgreSQL 18, "SQL Key Words"). */
const COLUMN_KEYWORDS = new Set(
  "between bigint bit boolean char character coalesce dec decimal exists extract float greatest grouping inout int integer interval json json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar json_serialize json_table json_value least merge_action national nchar none normalize nullif numeric out overlay position precision real row setof smallint substring time timestamp treat trim values varchar xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable".split(
    " ",
  ),
);

/** A name in quotes where pg_dump 18 writes them (fmtId). */
function dumpName(name: string): string {
  return COLUMN_KEYWORDS.has(name) || name.includes("$")
    ? `"${name.replaceAll('"', '""')}"`
    : quoteName(name);
}

export const dumpTable = ({ schema, name }: TableName): string => `${dumpName(schema)}.${dumpName(name)}`;

/** `(a, "B")`; nothing for a table without columns. */
export const dumpColumns = (columns: readonly string[]): string =>
  columns.length === 0 ? "" : `(${columns.map(dumpName).join(", ")})`;
