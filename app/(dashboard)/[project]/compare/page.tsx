import { getTranslations } from "next-intl/server";
import { can } from "@/lib/access/permissions";
import { loadTargets } from "../schema/_components/load";
import { NoTargets } from "../schema/_components/no-targets";
import { Comparison } from "./_compare/comparison";
import { readSide, sidesOf } from "./_compare/sides";

interface PageProps {
  params: Promise<{ project: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata() {
  const t = await getTranslations("compare");
  return { title: t("title") };
}

export default async function ComparePage({ params, searchParams }: PageProps) {
  const [{ project }, query, t] = await Promise.all([params, searchParams, getTranslations("compare")]);
  const { role, targets, services } = await loadTargets(project);
  const [first] = targets;
  if (!first) return <NoTargets project={project} role={role} title={t("title")} />;
  const sides = sidesOf(targets, services);
  // What people ask most: what production lacks of what development has.
  const source = readSide(query.source, sides) ?? `target:${lastOf(targets, first).id}`;
  const beside = targets.find((one) => one.service.id === first.service.id && `target:${one.id}` !== source);
  const target = readSide(query.target, sides) ?? (beside ? `target:${beside.id}` : `ledger:${first.id}`);
  return (
    <Comparison
      key={`${source} ${target}`}
      project={project}
      sides={sides}
      services={services.map((one) => one.name)}
      first={{ source, target }}
      mayWrite={can(role, "migration.write")}
      started={query.source !== undefined && query.target !== undefined}
    />
  );
}

/** The last environment of the same service. */
function lastOf<T extends { service: { id: string } }>(targets: T[], first: T): T {
  return targets.filter((one) => one.service.id === first.service.id).at(-1) ?? first;
}
