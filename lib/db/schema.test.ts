import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { projectRoot } from "../server/root";
import { metadataDatabase, type TestDatabase } from "../testing/postgres";

let store: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  store = await metadataDatabase();
  client = new pg.Client({ connectionString: store.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await store.drop();
});

const TYPES: Record<string, string> = {
  String: "text",
  Int: "integer",
  BigInt: "bigint",
  Float: "double precision",
  Boolean: "boolean",
  Bytes: "bytea",
  Json: "jsonb",
  DateTime: "timestamp(3) without time zone",
};

/** "table.column type [not null] [default]" of every model of schema.prisma. */
function modelColumns(): string[] {
  const schema = readFileSync(join(projectRoot(), "prisma/schema.prisma"), "utf8").replaceAll(
    /\/\/.*$/gm,
    "",
  );
  const models = [...schema.matchAll(/^model (\w+) \{([\s\S]*?)^\}/gm)];
  const names = new Set(models.map(([, name]) => name));
  return models.flatMap(([, name = "", body = ""]) => {
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? name;
    return body.split("\n").flatMap((line) => {
      const field = /^\s*(\w+)\s+(\w+)(\[\])?(\?)?(.*)$/.exec(line);
      if (!field || names.has(field[2])) return [];
      const [, own = "", type = "", list, optional, rest = ""] = field;
      const column = /@map\("(\w+)"\)/.exec(rest)?.[1] ?? own;
      const nullable = optional ? "" : " not null";
      return [`${table}.${column} ${columnType(type, rest)}${list ? "[]" : ""}${nullable}`];
    });
  });
}

function columnType(type: string, rest: string): string {
  if (rest.includes("@db.Uuid")) return "uuid";
  if (rest.includes("@db.Timestamptz(3)")) return "timestamp(3) with time zone";
  return TYPES[type] ?? type;
}

it("is what prisma/schema.prisma tells the client", async () => {
  const { rows } = await client.query<{ line: string }>(`
    SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
      || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END AS line
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped`);
  // The runner's own table is none of the client's business.
  const stored = rows.map(({ line }) => line).filter((line) => !line.startsWith("metadata_migration."));
  expect(stored.sort()).toEqual(modelColumns().sort());
});

it("has the indexes that prisma/schema.prisma names", async () => {
  const schema = readFileSync(join(projectRoot(), "prisma/schema.prisma"), "utf8");
  const wanted = (schema.match(/@@index\(/g) ?? []).length;
  const { rows } = await client.query(
    "SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'public'::regnamespace AND NOT indisunique",
  );
  expect(rows.length).toBeGreaterThanOrEqual(wanted);
});
