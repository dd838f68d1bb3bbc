import { z } from "zod";
import { validationError } from "../../errors";
import { findTargetByNames } from "../../operations/target/by-names";
import type { Call, RawInput } from "./endpoint";

/** A target as people and pipelines name it. */
export const namedTarget = z.object({
  project: z.string().min(1).max(100).describe("Slug of the project; a token's own project unless said."),
  service: z.string().min(1).max(100),
  environment: z.string().min(1).max(100),
});

/** The input with the target's id in place of its names. @throws DomainError validation, not_found */
export async function byNames(raw: RawInput, { db }: Call): Promise<RawInput> {
  const { project, service, environment, ...rest } = raw;
  const names = parseRequest(namedTarget, { project, service, environment });
  return { ...rest, targetId: await findTargetByNames(db, names) };
}

/** @throws DomainError validation, naming each field */
export function parseRequest<S extends z.ZodType>(schema: S, raw: unknown): z.output<S> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw validationError(
    parsed.error.issues.map((issue) => ({
      field: issue.path.join(".") || "(input)",
      message: issue.message,
    })),
  );
}
