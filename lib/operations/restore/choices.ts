import { z } from "zod";

/** What a restore asks somebody to decide; each is the engine's own question. */
export const RestoreChoices = z.object({
  owners: z.enum(["keep", "none"]).default("keep"),
  missingRoles: z.enum(["create", "refuse"]).default("refuse"),
  replication: z.enum(["refuse", "leave"]).default("refuse"),
});
export type RestoreChoices = z.output<typeof RestoreChoices>;
