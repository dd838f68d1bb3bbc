import { z } from "zod";
import type { Db } from "../../db/client";
import { DomainError } from "../../errors";
import type { Scope } from "../define";

/** A project by its id or by the slug of its address. */
export const projectRef = z.union([
  z.object({ projectId: z.uuid() }),
  z.object({ project: z.string().min(1).max(100) }),
]);

/** @throws DomainError not_found */
export async function projectRefScope({
  db,
  input,
}: {
  db: Db;
  input: z.infer<typeof projectRef>;
}): Promise<Scope> {
  const project = await db.project.findUnique({
    where: "projectId" in input ? { id: input.projectId } : { slug: input.project },
    select: { id: true, name: true },
  });
  if (!project)
    throw new DomainError(
      "not_found",
      "project.not_found",
      "There is no such project, or you may not see it.",
    );
  return { projectId: project.id, resource: { type: "project", id: project.id, label: project.name } };
}
