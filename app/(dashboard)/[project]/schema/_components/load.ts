import type { Role } from "@/lib/access/roles";
import { getFrame } from "@/lib/operations/frame/get";
import { getPlaces } from "@/lib/operations/frame/places";
import { runForPage } from "@/lib/transport/action";

export interface TargetChoiceEntry {
  id: string;
  service: { id: string; name: string };
  environment: { id: string; name: string; color: string; protected: boolean };
}

export interface LoadedTargets {
  role: Role;
  targets: TargetChoiceEntry[];
  services: { id: string; name: string }[];
}

/** The targets of a project, by service and environment, for the choice at the top of these pages. */
export async function loadTargets(project: string): Promise<LoadedTargets> {
  const [places, frame] = await Promise.all([
    runForPage(getPlaces, { project }),
    runForPage(getFrame, { project }),
  ]);
  const targets = places.targets.flatMap((target) => {
    const service = places.services.find((one) => one.id === target.serviceId);
    const environment = places.environments.find((one) => one.id === target.environmentId);
    return service && environment ? [{ id: target.id, service, environment }] : [];
  });
  const order = places.environments.map((one) => one.id);
  targets.sort(
    (a, b) =>
      a.service.name.localeCompare(b.service.name) ||
      order.indexOf(a.environment.id) - order.indexOf(b.environment.id),
  );
  return { role: frame.role, targets, services: places.services };
}
