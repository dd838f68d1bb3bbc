import { z } from "zod";
import { ENVIRONMENT_COLORS } from "./colors";

/** Addresses of the instance itself; a project may not sit on one. */
const RESERVED = new Set([
  "api",
  "sign-in",
  "setup",
  "invitation",
  "account",
  "projects",
  "instance",
  "health",
  "metrics",
  "api-docs",
  "new",
  "static",
  "assets",
  "_next",
  "favicon-ico",
  "robots-txt",
]);

/** First part of the project's addresses. */
export const Slug = z
  .string()
  .trim()
  .min(2)
  .max(48)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "small letters, digits and single hyphens")
  .refine((slug) => !RESERVED.has(slug), "this address is taken by the product itself");

export const ProjectName = z.string().trim().min(1).max(80);

/** Name of an environment or a service: it stands in addresses, folders and the ledger. */
export const ShortName = z
  .string()
  .trim()
  .min(1)
  .max(48)
  .regex(
    /^[a-z0-9]+([-_][a-z0-9]+)*$/,
    "small letters, digits, and single hyphens or underscores between them",
  );

export const EnvironmentColor = z.enum(ENVIRONMENT_COLORS);

export const Policy = z
  .object({
    approvals: z.number().int().min(0).max(10).optional(),
    approvalsDestructive: z.number().int().min(0).max(10).optional(),
    requirePrevious: z.boolean().optional(),
    undo: z
      .object({
        keep: z.boolean().optional(),
        days: z.number().int().min(1).max(365).optional(),
        maxMegabytes: z.number().int().min(1).max(1_048_576).optional(),
      })
      .strict()
      .optional(),
  })
  .strict();

/** A slug made of a name: accents and signs dropped. */
export function slugOf(name: string): string {
  const plain = name.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
  return plain
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 48)
    .replace(/-$/, "");
}
