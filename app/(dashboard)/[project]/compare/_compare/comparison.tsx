"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { useEffect, useMemo, useState } from "react";
import { EnvironmentLine } from "@/components/environment";
import { PageHead } from "@/components/page";
import { EmptyState, ErrorState, Note } from "@/components/states";
import { Button } from "@/components/ui/button";
import type { ComparisonOptions, ComparisonView, SideView } from "@/lib/operations/comparison/views";
import { NO_OPTIONS, OptionsMenu } from "./options";
import { Result } from "./result";
import { SideBar } from "./side-bar";
import { type SideChoice, toInput } from "./sides";
import { useComparison } from "./use-comparison";

export interface ComparisonProps {
  project: string;
  sides: SideChoice[];
  /** Names of services that a migration can be saved in. */
  services: string[];
  first: { source: string; target: string };
  mayWrite: boolean;
  /** The address names both sides: it is compared at once. */
  started: boolean;
}

/** Choose two, see what differs, take what is wanted into a migration. */
export function Comparison({ project, sides, services, first, mayWrite, started }: ComparisonProps) {
  const t = useTranslations("compare");
  const [chosen, setChosen] = useState(first);
  const [options, setOptions] = useState<ComparisonOptions>(NO_OPTIONS);
  const [compared, setCompared] = useState<{ source: string; target: string } | null>(null);
  const { view: made, progress, failure, run, cancel } = useComparison(project, t("lost"));
  const view = useMemo(() => made && inWords(made, t), [made, t]);
  const source = sides.find((one) => one.value === chosen.source);
  const same = chosen.source === chosen.target;

  async function compare(next: ComparisonOptions, changes?: string[]): Promise<ComparisonView | null> {
    const search = new URLSearchParams(chosen);
    window.history.replaceState(null, "", `/${project}/compare?${search}`);
    setOptions(next);
    const result = await run({
      source: toInput(chosen.source),
      target: toInput(chosen.target),
      options: next,
      ...(changes ? { changes } : {}),
    });
    if (result) setCompared(chosen);
    return result;
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, for an address that names both sides
  useEffect(() => {
    if (started && !same) void compare(options);
  }, []);

  const stale = compared !== null && (compared.source !== chosen.source || compared.target !== chosen.target);
  return (
    <div className="ed-page cmp-page">
      {source?.environment ? <EnvironmentLine color={source.environment.color} /> : null}
      <PageHead
        className="ed-head"
        title={t("title")}
        facts={[t("text")]}
        actions={
          <Button asChild>
            <Link href={`/${project}/drift`}>{t("drift")}</Link>
          </Button>
        }
      />
      <SideBar
        sides={sides}
        chosen={chosen}
        onChange={setChosen}
        actions={
          <>
            <OptionsMenu options={options} onChange={setOptions} />
            {progress !== null ? (
              <Button onClick={cancel}>{t("cancel")}</Button>
            ) : (
              <Button
                variant={view && !stale ? undefined : "go"}
                disabled={same}
                onClick={() => void compare({ ...options, renames: [], notRenamed: [] })}
              >
                {view && !stale ? t("again") : t("compare")}
              </Button>
            )}
          </>
        }
      />
      <div className="cmp-body">
        {failure ? (
          <div className="page">
            <ErrorState title={failure.message} text={failure.hint} />
          </div>
        ) : null}
        {same ? (
          <div className="page">
            <Note meaning="notice">{t("same")}</Note>
          </div>
        ) : null}
        {progress !== null && (!view || stale) ? (
          <div className="page">
            <EmptyState
              title={t("reading")}
              text={<span aria-live="polite">{progress || t("readingText")}</span>}
            />
          </div>
        ) : view && !stale ? (
          <Result
            project={project}
            view={view}
            busy={progress !== null}
            options={options}
            services={services}
            mayWrite={mayWrite}
            onCompare={compare}
          />
        ) : failure || same ? null : (
          <div className="page">
            <EmptyState title={t("first")} text={t("firstText")} />
          </div>
        )}
      </div>
    </div>
  );
}

/** Both sides as the choice above calls them. */
function inWords(view: ComparisonView, t: ReturnType<typeof useTranslations<"compare">>): ComparisonView {
  const named = (side: SideView): SideView => {
    const { kind, service, environment } = side;
    if (!service || (kind !== "target" && kind !== "ledger" && kind !== "migrations")) return side;
    const label = t(`side.${kind}`, { service: service.name, environment: environment?.name ?? "" });
    return { ...side, label };
  };
  return { ...view, source: named(view.source), target: named(view.target) };
}
