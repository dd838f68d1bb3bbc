import { driftPolicyOf } from "../../core/policy/drift";
import type { Db, Tx } from "../../db/client";
import type { Target } from "../../db/generated/client";
import { noSuch } from "../project/find";
import type { DriftRules } from "./detect";
import type { DriftTarget } from "./views";

export interface LoadedDriftTarget {
  target: Target;
  view: DriftTarget;
  project: { id: string; slug: string };
  rules: DriftRules;
}

/** A target with what its environment makes of drift. @throws DomainError not_found */
export async function loadDriftTarget(db: Db | Tx, targetId: string): Promise<LoadedDriftTarget> {
  const found = await db.target.findUnique({
    where: { id: targetId },
    include: {
      service: { include: { project: { select: { id: true, slug: true } } } },
      environment: { include: { driftIgnores: true } },
    },
  });
  if (!found) throw noSuch("target");
  const { service, environment, ...target } = found;
  const { id, name, color, protected: isProtected } = environment;
  const mine = environment.driftIgnores.filter(
    (one) => one.serviceId === null || one.serviceId === service.id,
  );
  return {
    target,
    view: {
      targetId,
      service: { id: service.id, name: service.name },
      environment: { id, name, color, protected: isProtected },
      database: target.database,
    },
    project: service.project,
    rules: {
      policy: driftPolicyOf(environment.driftPolicy, isProtected),
      ignore: mine.map((one) => one.pattern),
      schemas: service.schemas,
    },
  };
}
