import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { expect, it } from "vitest";
import { projectRoot } from "../server/root";
import { metadataDatabase } from "./postgres";

/** prisma/schema.prisma only describes the tables; prisma/migrations make them. Both must say the same. */

const TYPES: Record<string, string> = {
  String: "text",
  Int: "int4",
  BigInt: "int8",
  Float: "float8",
  Boolean: "bool",
  DateTime: "timestamptz",
  Json: "jsonb",
  Bytes: "bytea",
};

/** "table.column type null?" of every stored field. */
function describedColumns(schema: string): string[] {
  return [...schema.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)].flatMap(([, model = "", body = ""]) => {
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? model;
    return body.split("\n").flatMap((line) => {
      const [, field = "", type = "", list, optional] = /^\s+(\w+)\s+(\w+)(\[\])?(\?)?/.exec(line) ?? [];
      const stored = TYPES[type];
      if (!stored) return [];
      const column = /[^@]@map\("(\w+)"\)/.exec(line)?.[1] ?? field;
      const name = line.includes("@db.Uuid") ? "uuid" : stored;
      return [`${table}.${column} ${list ? "_" : ""}${name}${optional ? " null" : ""}`];
    });
  });
}

it("the description of the metadata tables is what their migrations make", async () => {
  const { url } = await metadataDatabase();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ column: string }>(
    `SELECT c.table_name || '.' || c.column_name || ' ' || c.udt_name ||
       CASE c.is_nullable WHEN 'YES' THEN ' null' ELSE '' END AS column
     FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'`,
  );
  await client.end();
  const described = describedColumns(readFileSync(join(projectRoot(), "prisma/schema.prisma"), "utf8"));
  expect(described.length).toBeGreaterThan(100);
  expect(described.sort()).toEqual(rows.map((row) => row.column).sort());
});
