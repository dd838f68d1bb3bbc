import { z } from "zod";
import type { Db } from "../../db/client";
import type { Scope } from "../define";
import { noSuch } from "../project/find";

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
  if (!project) throw noSuch("project");
  return { projectId: project.id, resource: { type: "project", id: project.id, label: project.name } };
}
