"use client";

import { useTranslations } from "next-intl";
import { useCallback, useEffect, useRef, useState } from "react";
import { useFailureText } from "@/components/failure-text";
import { Mark } from "@/components/mark";
import { RelativeTime } from "@/components/relative-time";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import type { ExecutionRow } from "@/lib/operations/sql/history";
import { historyAction } from "../actions";

interface HistoryProps {
  targetId: string;
  mayRead: boolean;
  /** Anything that changes when there is a new line. */
  version: unknown;
  onChoose: (sql: string) => void;
}

/** What the reader ran here before; nobody else sees it. */
export function History({ targetId, mayRead, version, onChoose }: HistoryProps) {
  const t = useTranslations("sql");
  const say = useFailureText();
  const [rows, setRows] = useState<ExecutionRow[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [text, setText] = useState("");
  const asked = useRef(0);

  const load = useCallback(
    async (before: string | null) => {
      const mine = ++asked.current;
      const input = { targetId, limit: 30, ...(text.trim() ? { text } : {}), ...(before ? { before } : {}) };
      const answer = await historyAction(input).catch(() => null);
      if (mine !== asked.current || !answer?.ok) return;
      setRows((old) => (before && old ? [...old, ...answer.data.rows] : answer.data.rows));
      setNext(answer.data.next);
    },
    [targetId, text],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` only says that there is a new line
  useEffect(() => {
    if (!mayRead) return;
    const timer = setTimeout(() => void load(null), 200);
    return () => clearTimeout(timer);
  }, [load, mayRead, version]);

  return (
    <aside className="ed-right" aria-label={t("history")}>
      <div className="cons-head">{t("history")}</div>
      <div className="cons history-find">
        <Input
          type="search"
          value={text}
          onChange={(event) => setText(event.target.value)}
          placeholder={t("findHistory")}
          aria-label={t("findHistory")}
        />
      </div>
      {rows && rows.length === 0 ? (
        <p className="cons muted">{text ? t("noHistoryFits") : t("noHistory")}</p>
      ) : null}
      <ul className="history">
        {rows?.map((row) => (
          <li key={row.id}>
            <button type="button" onClick={() => onChoose(row.sql)} title={t("takeAgain")}>
              <code>{row.sql.replace(/\s+/g, " ").slice(0, 160)}</code>
              <span className="second">
                <RelativeTime at={row.at} />
                {row.error ? (
                  <Mark meaning="danger">{say(row.error).message.slice(0, 80)}</Mark>
                ) : row.mode.startsWith("explain") ? (
                  // The lines of a plan are no rows of the query.
                  <span>{t("plan")}</span>
                ) : row.rows === null ? null : (
                  <span>{t("rows", { count: row.rows })}</span>
                )}
                {row.mode === "write" && !row.error ? <Mark meaning="warning">{t("wrote")}</Mark> : null}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {next ? (
        <p className="cons">
          <Button size="small" onClick={() => void load(next)}>
            {t("older")}
          </Button>
        </p>
      ) : null}
    </aside>
  );
}
