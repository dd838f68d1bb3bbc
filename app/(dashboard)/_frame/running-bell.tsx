"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { EnvironmentChip } from "@/components/environment";
import { Mark } from "@/components/mark";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import type { RunningOperation } from "@/lib/operations/deployment/views";

/** What is at work in the project, live from every page. */
export function RunningBell({ project, running }: { project: string; running: number }) {
  const t = useTranslations("frame");
  const operations = useRunning(project);
  const [open, setOpen] = useState(false);
  const pathname = usePathname();
  // biome-ignore lint/correctness/useExhaustiveDependencies: going to another page closes it.
  useEffect(() => setOpen(false), [pathname]);
  const count = operations?.length ?? running;
  const done = operations ? share(operations) : null;
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <button type="button" className="ops">
          <Ring share={count === 0 ? 0 : done} />
          {count}
          <span className="word">{t("running", { count })}</span>
          <span className="sr-only only-phone">{t("running", { count })}</span>
        </button>
      </PopoverTrigger>
      <PopoverContent className="p-0 w-[340px]" aria-label={t("runningTitle")}>
        {operations && operations.length > 0 ? (
          <ul className="bell">
            {operations.map((operation) => (
              <li key={`${operation.kind}${operation.deploymentNumber}`}>
                <RunningRow project={project} operation={operation} />
              </li>
            ))}
          </ul>
        ) : (
          <p className="p-4 muted">{t("nothingRunning")}</p>
        )}
      </PopoverContent>
    </Popover>
  );
}

function RunningRow({ project, operation }: { project: string; operation: RunningOperation }) {
  const t = useTranslations("frame");
  const { progress } = operation;
  const percent =
    progress && progress.statements.of > 0 ? (100 * progress.statements.done) / progress.statements.of : 0;
  return (
    <Link href={`/${project}/deployments/${operation.deploymentNumber}`} className="bell-row">
      <span className="flex items-center gap-2">
        <b className="strong">
          {t("deployment", { number: operation.deploymentNumber, service: operation.service })}
        </b>
        <span className="ml-auto">
          <EnvironmentChip environment={operation.environment} plain />
        </span>
      </span>
      <span className="flex items-center gap-2 muted">
        {operation.waiting ? (
          <Mark meaning="warning">{t("waitsForLock")}</Mark>
        ) : operation.kind === "check" ? (
          t("checking")
        ) : progress ? (
          t("statements", { done: progress.statements.done, of: progress.statements.of })
        ) : (
          t("queued")
        )}
      </span>
      {operation.kind === "run" ? (
        <span className="bar-run" aria-hidden="true">
          <i style={{ width: `${percent}%` }} />
        </span>
      ) : null}
    </Link>
  );
}

function Ring({ share: part }: { share: number | null }) {
  return (
    <svg className="progress-ring" viewBox="0 0 16 16" aria-hidden="true">
      <circle className="a" cx="8" cy="8" r="6" />
      {part === 0 ? null : (
        <circle
          className="b"
          cx="8"
          cy="8"
          r="6"
          pathLength="100"
          strokeDasharray={`${Math.max(8, 100 * (part ?? 0.25))} 100`}
        />
      )}
    </svg>
  );
}

/** Statements done of all, over everything that runs; a check counts as a quarter. */
function share(operations: RunningOperation[]): number {
  if (operations.length === 0) return 0;
  const parts = operations.map(({ progress }) =>
    progress && progress.statements.of > 0 ? progress.statements.done / progress.statements.of : 0.25,
  );
  return parts.reduce((sum, part) => sum + part, 0) / parts.length;
}

function useRunning(project: string): RunningOperation[] | null {
  const [operations, setOperations] = useState<RunningOperation[] | null>(null);
  useEffect(() => {
    const source = new EventSource(`/${project}/running`);
    source.addEventListener("running", (event) => {
      const data: unknown = JSON.parse((event as MessageEvent<string>).data);
      setOperations(Array.isArray(data) ? data : (data as { operations: RunningOperation[] }).operations);
    });
    return () => source.close();
  }, [project]);
  return operations;
}
