import { z } from "zod";
import type { BackupScope } from "../../core/backup/types";

/** A name of PostgreSQL: 1 to 63 bytes without NUL. */
export const PgName = z
  .string()
  .min(1)
  .max(63)
  .refine((name) => !name.includes("\0"), "no NUL");
export const TableRef = z.object({ schema: PgName, name: PgName });

/** What of a database. */
export const ScopeFields: z.ZodType<BackupScope> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("database") }),
  z.object({ kind: z.literal("schemas"), schemas: z.array(PgName).min(1).max(1000) }),
  z.object({ kind: z.literal("tables"), tables: z.array(TableRef).min(1).max(5000) }),
  z.object({ kind: z.literal("schema_only") }),
]) as z.ZodType<BackupScope>;

export const Description = z.string().trim().max(500);
export const Labels = z
  .array(
    z
      .string()
      .trim()
      .min(1)
      .max(60)
      .refine((label) => !label.includes("\0"), "no NUL"),
  )
  .max(20)
  .transform((labels) => [...new Set(labels)]);
