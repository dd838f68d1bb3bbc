import type { Node } from "../parser";
import { names, walkTree } from "../tree";
import type { Known } from "../types";

/** Built-in functions that give another value for each row (pg_proc.provolatile = 'v'), as defaults use them. */
const VOLATILE = new Set([
  "clock_timestamp",
  "gen_random_bytes",
  "gen_random_uuid",
  "nextval",
  "currval",
  "lastval",
  "setval",
  "random",
  "random_normal",
  "timeofday",
  "uuid_generate_v1",
  "uuid_generate_v1mc",
  "uuid_generate_v4",
  "uuid_generate_v7",
  "uuidv4",
  "uuidv7",
  "gen_salt",
  "ulid",
  "generate_ulid",
  "nanoid",
  "pg_sleep",
  "txid_current",
  "pg_current_xact_id",
]);

/** Functions known to be stable or immutable, as defaults use them. */
const STEADY = new Set([
  "now",
  "transaction_timestamp",
  "statement_timestamp",
  "current_timestamp",
  "current_date",
  "current_user",
  "session_user",
  "current_setting",
  "timezone",
  "date_trunc",
  "date_part",
  "extract",
  "make_interval",
  "make_date",
  "make_timestamptz",
  "to_timestamp",
  "to_char",
  "to_date",
  "to_number",
  "lower",
  "upper",
  "md5",
  "concat",
  "coalesce",
  "length",
  "substring",
  "substr",
  "btrim",
  "ltrim",
  "rtrim",
  "replace",
  "left",
  "right",
  "abs",
  "round",
  "floor",
  "ceil",
  "array_fill",
  "array_append",
  "string_to_array",
  "jsonb_build_object",
  "jsonb_build_array",
  "json_build_object",
  "json_build_array",
  "to_json",
  "to_jsonb",
  "to_tsvector",
  "to_tsquery",
  "int4range",
  "int8range",
  "numrange",
  "tsrange",
  "tstzrange",
  "daterange",
  "decode",
  "encode",
  "chr",
  "ascii",
  "repeat",
  "lpad",
  "rpad",
  "format",
  "current_database",
  "current_schema",
  "pg_client_encoding",
  "version",
  "uuid_nil",
  "uuid_generate_v5",
  "uuid_generate_v3",
  "inet_client_addr",
  "sha256",
  "row_to_json",
  "age",
  "justify_days",
  "justify_hours",
  "width_bucket",
  "power",
  "sqrt",
]);

/**
 * Whether an expression gives another value for each row. A DEFAULT that does makes ADD COLUMN rewrite the table
 * (documentation: ALTER TABLE, notes). `unknown`: it calls a function that is not built in.
 */
export function isVolatile(expression: Node | undefined): Known {
  let answer: Known = "no";
  walkTree({ expression }, (name, body) => {
    if (name !== "FuncCall") return undefined;
    const parts = names(body.funcname as Node[]);
    const called = (parts.at(-1) ?? "").toLowerCase();
    if (VOLATILE.has(called)) answer = "yes";
    else if (!STEADY.has(called) && answer === "no") answer = "unknown";
    return undefined;
  });
  return answer;
}
