import { z } from "zod";

/** As large as the scripts of a migration may be. */
const LARGEST = 40 * 1024 * 1024;

export const SideInput = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("target"), targetId: z.uuid() }),
  z.object({ kind: z.literal("ledger"), targetId: z.uuid() }),
  z.object({
    kind: z.literal("migrations"),
    serviceId: z.uuid(),
    to: z.string().min(1).max(300).optional(),
  }),
  z.object({
    kind: z.enum(["snapshot", "sql"]),
    name: z.string().trim().min(1).max(200),
    text: z.string().min(1).max(LARGEST),
  }),
]);

const Names = z.array(z.string().trim().min(1).max(300)).max(200);

export const RENAMED_KINDS = [
  "schema",
  "table",
  "view",
  "materialized_view",
  "sequence",
  "identity_sequence",
  "enum",
  "composite",
  "range",
  "domain",
  "function",
  "column",
  "constraint",
  "index",
  "enum_value",
] as const;

export const RenameInput = z.object({
  kind: z.enum(RENAMED_KINDS),
  from: z.string().min(1).max(500),
  to: z.string().min(1).max(500),
});

/** What narrows and shapes a comparison. */
export const ComparisonOptionsInput = z.object({
  schemas: Names.default([]),
  exclude: Names.default([]),
  renames: z.array(RenameInput).max(500).default([]),
  /** Ids of what was asked about and is no rename. */
  notRenamed: z.array(z.string().max(500)).max(500).default([]),
  online: z.boolean().default(false),
  ignoreOwners: z.boolean().default(false),
  ignoreGrants: z.boolean().default(false),
  ignoreComments: z.boolean().default(false),
});
export type ComparisonSettings = z.output<typeof ComparisonOptionsInput>;

export const ComparisonInput = z.object({
  project: z.string().min(1).max(100),
  source: SideInput,
  target: SideInput,
  options: ComparisonOptionsInput.prefault({}),
  /** Ids of the lines that are ticked; without it all of them. */
  changes: z.array(z.string().max(1000)).max(50_000).optional(),
});
