"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { cn } from "@/components/class-names";
import { Icon } from "@/components/icon";
import { Section } from "@/components/page";
import { ClockTime } from "@/components/relative-time";
import type { RunLogLine } from "@/lib/operations/deployment/views";
import { useLive } from "../_live/live";
import { sayLine } from "./log-words";

const looks = {
  info: { className: "neutral", icon: null },
  ok: { className: "safe", icon: "safe" },
  warning: { className: "warning", icon: "warning" },
  error: { className: "danger", icon: "danger" },
} as const;

/** What PostgreSQL and the runner say. Follows its end until the reader scrolls up. `logUrl`: the whole as a file. */
export function RunLog({ logUrl }: { logUrl: string | null }) {
  const t = useTranslations("deployments");
  const { run } = useLive();
  const box = useRef<HTMLOListElement>(null);
  const [follow, setFollow] = useState(true);
  const count = run?.log.length ?? 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: each new line moves the end.
  useEffect(() => {
    if (follow && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [count, follow]);

  if (!run || count === 0) return null;
  const going = run.state === "running" || run.state === "queued";
  return (
    <Section
      title={t("log.title")}
      note={t("log.note")}
      right={
        going ? (
          <button type="button" className="toggle" aria-pressed={follow} onClick={() => setFollow(!follow)}>
            {t("log.follow")}
          </button>
        ) : null
      }
    >
      <div className="panel">
        <ol
          ref={box}
          className="log"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
          tabIndex={0}
          aria-label={t("log.title")}
          aria-live={going ? "polite" : "off"}
          onScroll={(event) => {
            const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
            if (follow && scrollHeight - clientHeight - scrollTop > 40) setFollow(false);
          }}
        >
          {run.log.map((line, index) => (
            <Line key={line.id} line={line} last={going && index === count - 1} />
          ))}
        </ol>
        <div className="log-foot">
          <span>{t("log.lines", { count: Math.max(run.logTotal, count) })}</span>
          {run.logTotal > count ? <span>{t("log.lastOnes", { count })}</span> : null}
          {logUrl ? (
            <a className="link" href={logUrl} download>
              {t("log.download")}
            </a>
          ) : null}
        </div>
      </div>
    </Section>
  );
}

function Line({ line, last }: { line: RunLogLine; last: boolean }) {
  const t = useTranslations("run-log");
  const look = looks[line.level];
  const text = sayLine(t as never, line);
  return (
    <li className={cn(look.className, last && "last")}>
      <ClockTime at={line.at} seconds />
      {look.icon ? <Icon name={look.icon} /> : <span />}
      <span className="break-words min-w-0">{text}</span>
    </li>
  );
}
