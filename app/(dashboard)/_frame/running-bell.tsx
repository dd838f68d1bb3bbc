"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useState } from "react";
import { EnvironmentChip } from "@/components/environment";
import { Mark } from "@/components/mark";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import type { RunningArchive, RunningDeployment, RunningOperation } from "@/lib/operations/deployment/views";

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
              <li key={`${operation.kind}${"id" in operation ? operation.id : operation.deploymentNumber}`}>
                {"id" in operation ? (
                  <ArchiveRow project={project} operation={operation} />
                ) : (
                  <DeploymentRow project={project} operation={operation} />
                )}
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

function DeploymentRow({ project, operation }: { project: string; operation: RunningDeployment }) {
  const t = useTranslations("frame");
  const { progress } = operation;
  return (
    <BellRow
      href={`/${project}/deployments/${operation.deploymentNumber}`}
      title={t("deployment", { number: operation.deploymentNumber, service: operation.service })}
      environment={operation.environment}
      done={operation.kind === "run" ? partOf(operation) : null}
    >
      {operation.waiting ? (
        <Mark meaning="warning">{t("waitsForLock")}</Mark>
      ) : operation.kind === "check" ? (
        t("checking")
      ) : progress ? (
        t("statements", { done: progress.statements.done, of: progress.statements.of })
      ) : (
        t("queued")
      )}
    </BellRow>
  );
}

function ArchiveRow({ project, operation }: { project: string; operation: RunningArchive }) {
  const t = useTranslations("frame");
  const { done, state } = operation;
  return (
    <BellRow
      href={`/${project}/backups/${operation.backupId}`}
      title={t(`archive.${operation.kind}`, { service: operation.service })}
      environment={operation.environment}
      done={state === "running" ? (done ?? 0) : null}
    >
      {state === "queued" ? t("queued") : done === null ? t("begun") : t("part", { done })}
    </BellRow>
  );
}

interface BellRowProps {
  href: string;
  title: string;
  environment: RunningOperation["environment"];
  /** 0 to 1; null: without a bar. */
  done: number | null;
  children: ReactNode;
}

function BellRow({ href, title, environment, done, children }: BellRowProps) {
  return (
    <Link href={href} className="bell-row">
      <span className="flex items-center gap-2">
        <b className="strong">{title}</b>
        <span className="ml-auto">
          {environment ? <EnvironmentChip environment={environment} plain /> : null}
        </span>
      </span>
      <span className="flex items-center gap-2 muted">{children}</span>
      {done === null ? null : (
        <span className="bar-run" aria-hidden="true">
          <i style={{ width: `${100 * done}%` }} />
        </span>
      )}
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

/** Statements or bytes done of all; 0 before anything was. */
function partOf(operation: RunningOperation): number {
  if ("id" in operation) return operation.done ?? 0;
  const { statements } = operation.progress ?? {};
  return statements && statements.of > 0 ? statements.done / statements.of : 0;
}

/** Over everything that runs; what has no measure yet, like a check, counts as a quarter. */
function share(operations: RunningOperation[]): number {
  if (operations.length === 0) return 0;
  const parts = operations.map((one) =>
    ("id" in one ? one.done : one.progress) === null ? 0.25 : partOf(one),
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
