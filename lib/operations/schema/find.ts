import { z } from "zod";
import { matchingParts } from "../../core/outline/words";
import type { SchemaObject } from "../../db/generated/client";
import { defineOperation } from "../define";
import { scopeOfTarget } from "../project/find";
import { rowOf } from "./load";
import type { SchemaFound } from "./views";

const MOST_PARTS = 5;

type Row = Pick<
  SchemaObject,
  "ordinal" | "id" | "grouped" | "kind" | "schema" | "name" | "rows" | "bytes" | "words"
>;

/** Objects whose name, or the name of a part (column, index, constraint …), holds a text; own names first. */
export const findInSchema = defineOperation({
  name: "schema.find",
  permission: "target.read",
  input: z.object({
    targetId: z.uuid(),
    text: z.string().trim().min(1).max(200),
    from: z.coerce.number().int().min(0).default(0),
    count: z.coerce.number().int().min(1).max(500).default(200),
  }),
  audit: "none",
  scope: ({ db, input }) => scopeOfTarget(db, input.targetId),
  run: async ({ ctx, input: { targetId, text, from, count } }): Promise<SchemaFound> => {
    const wanted = text.toLowerCase();
    // strpos and not LIKE: the names are full of underscores.
    const [head, rows] = await Promise.all([
      ctx.db.$queryRaw<{ total: bigint }[]>`
        SELECT count(*) AS total FROM schema_object WHERE target_id = ${targetId}::uuid AND strpos(words, ${wanted}) > 0`,
      ctx.db.$queryRaw<Row[]>`
        SELECT ordinal, id, grouped, kind, schema, name, rows, bytes, words FROM schema_object
         WHERE target_id = ${targetId}::uuid AND strpos(words, ${wanted}) > 0
         ORDER BY strpos(split_part(words, E'\n', 1), ${wanted}) = 0, ordinal OFFSET ${from} LIMIT ${count}`,
    ]);
    return {
      total: Number(head[0]?.total ?? 0),
      hits: rows.map((row) => ({ ...rowOf(row), parts: matchingParts(row.words, wanted, MOST_PARTS) })),
    };
  },
});
