import type { ReactNode } from "react";
import { cn } from "./class-names";

const KEYWORDS = new Set(
  `ADD AFTER ALL ALTER ALWAYS ANALYZE AND ANY AS ASC ATTACH BEFORE BEGIN BETWEEN BY CASCADE CASE CHECK CLUSTER COLUMN COMMENT COMMIT
  CONCURRENTLY CONFLICT CONSTRAINT COPY CREATE CROSS CURRENT_TIMESTAMP DATABASE DATA DECLARE DEFAULT DEFERRABLE DELETE DESC DETACH
  DISABLE DISTINCT DO DOMAIN DROP EACH ELSE ENABLE END ENUM EXCEPT EXCLUDE EXECUTE EXISTS EXPLAIN EXTENSION FALSE FIRST FOR FOREIGN
  FROM FULL FUNCTION GENERATED GRANT GROUP HAVING IDENTITY IF IMMUTABLE IN INDEX INHERIT INHERITS INITIALLY INNER INSERT INSTEAD INTERSECT
  INTO IS JOIN KEY LANGUAGE LATERAL LEFT LIKE ILIKE LIMIT LOCK MATERIALIZED MODE NO NOT NOTHING NOTIFY NULL NULLS OF OFFSET ON ONLY OR ORDER OUTER
  OVER OWNED OWNER PARTITION PERFORM POLICY PRIMARY PROCEDURE RANGE RECURSIVE REFERENCES REFRESH REINDEX RENAME REPLACE RESTRICT
  RETURN RETURNING RETURNS REVOKE RIGHT ROLE ROLLBACK ROW ROWS SAVEPOINT SCHEMA SECURITY SELECT SEQUENCE SET STABLE STATISTICS STORAGE STORED
  TABLE TABLESPACE TEMP TEMPORARY THEN TO TRANSACTION TRIGGER TRUE TRUNCATE TYPE UNION UNIQUE UNLOGGED UPDATE USING VACUUM VALID VALIDATE
  VALUES VIEW VOLATILE WHEN WHERE WITH WITHOUT WORK`.split(/\s+/),
);
const TYPES =
  /^(?:smallint|integer|int|int2|int4|int8|bigint|serial|bigserial|numeric|decimal|real|double|float4|float8|money|text|varchar|char|character|bytea|bool|boolean|date|time|timestamp|timestamptz|interval|json|jsonb|uuid|xml|inet|cidr|macaddr|point|box|tsvector|tsquery|citext|hstore|oid|regclass|record|void)$/i;
const TOKEN =
  /(--[^\n]*|\/\*[\s\S]*?\*\/)|('(?:[^']|'')*'|\$([A-Za-z_]*)\$[\s\S]*?\$\3\$)|("(?:[^"]|"")*")|([A-Za-z_][\w$]*(?:\s*\(\s*\d+(?:\s*,\s*\d+)?\s*\))?)|([^A-Za-z_"'$/-]+|.)/g;

/** Colours for a statement: keywords, strings, types, comments. For reading only; the parser decides what it means. */
export function colorSql(sql: string): ReactNode[] {
  const parts: ReactNode[] = [];
  for (const match of sql.matchAll(TOKEN)) {
    const [whole, comment, text, , , word] = match;
    const kind = comment ? "sql-c" : text ? "sql-s" : word ? wordKind(word) : null;
    if (kind === null) parts.push(whole);
    else if (kind === "") parts.push(whole);
    else
      parts.push(
        <span key={match.index} className={kind}>
          {whole}
        </span>,
      );
  }
  return parts;
}

function wordKind(word: string): string {
  const bare = word.replace(/\s*\(.*$/s, "");
  if (TYPES.test(bare)) return "sql-t";
  return bare === word && KEYWORDS.has(bare.toUpperCase()) ? "sql-k" : "";
}

/** SQL in place. `block`: keeps its lines and wraps; else one line. */
export function SqlText({ sql, block, className }: { sql: string; block?: boolean; className?: string }) {
  return <code className={cn(block && "sql", className)}>{colorSql(sql)}</code>;
}
