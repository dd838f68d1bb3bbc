import { type Instance, PEOPLE } from "./instance";
import { runOperations } from "./run-operations";

/** What a test needs of a project of its own. */
export interface ProjectPlan {
  slug: string;
  environments: { name: string; protected?: boolean; color?: string }[];
  services: {
    name: string;
    /** By environment. */
    targets: Record<string, { host: string; port: number; user: string; password: string; database: string }>;
    /** Drafts, oldest first. */
    migrations?: { name: string; up: string; down?: string | null }[];
  }[];
}

/** Makes the project, with every one of the test's people as a member. */
export async function makeProject(instance: Instance, plan: ProjectPlan): Promise<void> {
  await runOperations("project.ts", instance, {
    PLAN: JSON.stringify(plan),
    PEOPLE: JSON.stringify(PEOPLE),
  });
}

/** A slug that no earlier test of this instance has. */
export function newSlug(name: string): string {
  return `${name}-${Date.now().toString(36)}`;
}
