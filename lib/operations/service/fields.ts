import { z } from "zod";

export const Description = z.string().trim().max(500);

/** PostgreSQL schemas that belong to a service; none: all of the database. Names of at most 63 bytes. */
export const Schemas = z
  .array(
    z
      .string()
      .trim()
      .min(1)
      .refine((name) => new TextEncoder().encode(name).length <= 63, "at most 63 bytes"),
  )
  .max(100)
  .transform((names) => [...new Set(names)]);
