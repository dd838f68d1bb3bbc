import type { Db } from "../../db/client";
import { noSuch } from "../project/find";

export interface TargetNames {
  /** Slug of the project. */
  project: string;
  service: string;
  environment: string;
}

/**
 * The target that people and scripts call by names. It only looks up: the operation that gets the id checks the
 * rights, and answers for a target of another project as if there were none, just as this does.
 * @throws DomainError not_found
 */
export async function findTargetByNames(db: Db, names: TargetNames): Promise<string> {
  const row = await db.target.findFirst({
    where: {
      service: { name: names.service, project: { slug: names.project, archivedAt: null } },
      environment: { name: names.environment, project: { slug: names.project } },
    },
    select: { id: true },
  });
  if (!row) throw noSuch("target");
  return row.id;
}
