import { Icon, type IconName } from "@/components/icon";
import type { Group } from "@/lib/core/outline/outline";

const ICONS: Partial<Record<Group, IconName>> = {
  tables: "table",
  views: "eye",
  materialized_views: "eye",
  functions: "function",
  types: "type",
  sequences: "sequence",
};

export function GroupIcon({ group }: { group: Group }) {
  return <Icon name={ICONS[group] ?? "box"} small />;
}
