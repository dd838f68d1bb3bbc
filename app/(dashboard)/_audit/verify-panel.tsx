"use client";

import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { Mark } from "@/components/mark";
import { Note } from "@/components/states";
import { Button } from "@/components/ui/button";
import { readLines } from "@/components/use-answer-stream";
import type { VerificationView } from "@/lib/operations/audit/verify";
import type { ActionError } from "@/lib/transport/action";

type Line =
  | { type: "progress"; checked: number; total: number }
  | { type: "result"; result: VerificationView }
  | { type: "error"; error: ActionError };

/** Checks the chain on demand, with progress; leaving the page or pressing stop ends it on the server too. */
export function VerifyPanel({ address }: { address: string }) {
  const t = useTranslations("audit");
  const [line, setLine] = useState<Line | null>(null);
  const [busy, setBusy] = useState(false);
  const abort = useRef<AbortController | null>(null);

  async function verify(mode: "all" | "new") {
    abort.current = new AbortController();
    setBusy(true);
    setLine(null);
    try {
      const response = await fetch(`${address}?mode=${mode}`, {
        method: "POST",
        signal: abort.current.signal,
      });
      for await (const next of readLines<Line>(response)) setLine(next);
    } catch {
      setLine(null);
    } finally {
      setBusy(false);
    }
  }

  return (
    <div className="verify">
      {busy ? (
        <Button onClick={() => abort.current?.abort()}>{t("stop")}</Button>
      ) : (
        <>
          <Button onClick={() => void verify("all")}>{t("verify")}</Button>
          <Button variant="quiet" onClick={() => void verify("new")}>
            {t("verifyNew")}
          </Button>
        </>
      )}
      <div aria-live="polite" className="verify-answer">
        {busy ? (
          <Progress line={line} />
        ) : line ? (
          <Answer line={line} />
        ) : (
          <span className="muted">{t("verifyLead")}</span>
        )}
      </div>
    </div>
  );
}

function Progress({ line }: { line: Line | null }) {
  const t = useTranslations("audit");
  const { checked, total } = line?.type === "progress" ? line : { checked: 0, total: 0 };
  return (
    <label className="verify-progress">
      <progress value={total === 0 ? undefined : checked} max={total || 1} />
      <span className="muted">{t("verifying", { checked, total })}</span>
    </label>
  );
}

function Answer({ line }: { line: Line }) {
  const t = useTranslations("audit");
  if (line.type === "progress") return null;
  if (line.type === "error") return <Note meaning="danger">{line.error.message}</Note>;
  const { ok, broken, checked, head, from, checkpoints } = line.result;
  if (ok) {
    return (
      <>
        <Mark meaning="safe">
          {from === "0" ? t("inOrder", { checked }) : t("inOrderSince", { checked, from })}{" "}
          {t("compared", { table: checkpoints.table, file: checkpoints.file, head: head ?? "0" })}
        </Mark>
        {checkpoints.file === 0 && <Note meaning="warning">{t("nothingOutside")}</Note>}
        {checkpoints.damagedLines > 0 && (
          <Note meaning="warning">{t("damagedOutside", { count: checkpoints.damagedLines })}</Note>
        )}
      </>
    );
  }
  return (
    <Note meaning="danger">
      <p className="strong">{t("broken", { seq: broken?.seq ?? "?" })}</p>
      <p>{t(`break.${(broken?.kind ?? "changed") as "changed"}`, { seq: broken?.seq ?? "?" })}</p>
      <p className="muted">{t("brokenHint")}</p>
    </Note>
  );
}
