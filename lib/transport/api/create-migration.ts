import { z } from "zod";
import type { RawInput } from "./endpoint";

/** `description` is the name in words, as in {"service": …, "description": "Add order channel"}. */
export const createRequest = z
  .object({
    project: z.string().min(1).max(100).describe("Slug of the project; a token's own project unless said."),
    service: z.string().min(1).max(100),
    name: z.string().min(1).max(100).optional(),
    description: z.string().min(1).max(100).optional().describe("Another word for name."),
    up: z.string().optional(),
    down: z.string().nullable().optional(),
    template: z.string().optional(),
    environment: z
      .string()
      .max(100)
      .optional()
      .describe("Taken and not used: a migration is for every environment."),
  })
  .refine((body) => body.name !== undefined || body.description !== undefined, {
    path: ["name"],
    message: "Give it a name, or a description.",
  });

export function createFromDescription(raw: RawInput): RawInput {
  const { description, environment: _, ...rest } = raw;
  return { ...rest, name: rest.name ?? description };
}
