import type { IconName } from "@/components/icon";
import type { Permission } from "@/lib/access/permissions";

/** The pages of a project that the navigation, the palette and the keys know; one list for all three. */
export const PLACES = [
  { key: "overview", path: "", icon: "overview", letter: "o", permission: "project.read" },
  { key: "migrations", path: "/migrations", icon: "migrations", letter: "m", permission: "migration.read" },
  {
    key: "deployments",
    path: "/deployments",
    icon: "deployments",
    letter: "d",
    permission: "deployment.read",
  },
  { key: "runs", path: "/runs", icon: "runs", letter: "r", permission: "deployment.read" },
  { key: "schema", path: "/schema", icon: "schema", letter: "s", permission: "target.read" },
  { key: "compare", path: "/compare", icon: "compare", letter: "c", permission: "schema.compare" },
  { key: "backups", path: "/backups", icon: "backups", letter: "b", permission: "backup.read" },
  { key: "undo", path: "/undo", icon: "undo", letter: "u", permission: "deployment.read" },
  { key: "sql", path: "/sql", icon: "sql", letter: "q", permission: "sql.read" },
  { key: "audit", path: "/audit", icon: "audit", letter: "a", permission: "audit.read" },
  { key: "settings", path: "/settings", icon: "settings", letter: "e", permission: "project.read" },
] as const satisfies readonly {
  key: string;
  path: string;
  icon: IconName;
  letter: string;
  permission: Permission;
}[];

export type PlaceKey = (typeof PLACES)[number]["key"];

/** A place as the browser needs it. */
export interface Place {
  key: PlaceKey;
  href: string;
  icon: IconName;
  letter: string;
  count?: number;
  /** Pages that belong to it and lie elsewhere. */
  also?: string[];
}

function isWithin(pathname: string, path: string): boolean {
  return pathname === path || pathname.startsWith(`${path}/`);
}

/** The page of the list that an address belongs to. */
export function placeOf(places: readonly Place[], pathname: string): Place | undefined {
  return [...places]
    .sort((a, b) => b.href.length - a.href.length)
    .find((place) => [place.href, ...(place.also ?? [])].some((path) => isWithin(pathname, path)));
}
