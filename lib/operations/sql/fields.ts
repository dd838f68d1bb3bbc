import { z } from "zod";

/** Bounds of one execution. What is not shown is not loaded. */
export const SQL_LIMITS = {
  /** Characters of the text. */
  text: 256 * 1024,
  rows: 5000,
  /** Characters of all cells that are sent to the page. */
  result: 8 * 1024 * 1024,
  /** Characters of one cell. */
  cell: 32 * 1024,
  /** Seconds. */
  timeout: 300,
} as const;

export const RunSqlInput = z.object({
  targetId: z.uuid("Choose a database."),
  sql: z
    .string()
    .min(1, "Write a statement.")
    .max(SQL_LIMITS.text, "The text is longer than 256 Ki characters.")
    .refine((text) => !text.includes("\0"), "The text has a null byte."),
  rows: z.coerce.number().int().min(1).max(SQL_LIMITS.rows).default(500),
  timeoutSeconds: z.coerce.number().int().min(1).max(SQL_LIMITS.timeout).default(30),
});
export type RunSqlInput = z.output<typeof RunSqlInput>;
