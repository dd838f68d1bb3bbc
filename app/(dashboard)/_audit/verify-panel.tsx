"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Mark } from "@/components/mark";
import { Note } from "@/components/states";
import { Button } from "@/components/ui/button";
import { useAnswerStream } from "@/components/use-answer-stream";
import type { VerificationView } from "@/lib/operations/audit/verify";

/** Events that were looked at, of all. */
interface Checked {
  checked: number;
  total: number;
}

/** Checks the chain on demand, with progress; leaving the page or pressing stop ends it on the server too. */
export function VerifyPanel({ address }: { address: string }) {
  const t = useTranslations("audit");
  const [found, setFound] = useState<VerificationView | null>(null);
  const { progress, failure, start, cancel } = useAnswerStream<Checked, VerificationView>(address, t("lost"));

  async function verify(mode: "all" | "new") {
    setFound(null);
    setFound(await start({ mode }, { checked: 0, total: 0 }));
  }

  return (
    <div className="verify">
      {progress ? (
        <Button onClick={cancel}>{t("stop")}</Button>
      ) : (
        <>
          <Button onClick={() => void verify("all")}>{t("verify")}</Button>
          <Button variant="quiet" onClick={() => void verify("new")}>
            {t("verifyNew")}
          </Button>
        </>
      )}
      <div aria-live="polite" className="verify-answer">
        {progress ? (
          <Progress {...progress} />
        ) : failure ? (
          <Note meaning="danger">{failure.message}</Note>
        ) : found ? (
          <Answer found={found} />
        ) : (
          <span className="muted">{t("verifyLead")}</span>
        )}
      </div>
    </div>
  );
}

function Progress({ checked, total }: Checked) {
  const t = useTranslations("audit");
  return (
    <label className="verify-progress">
      <progress value={total === 0 ? undefined : checked} max={total || 1} />
      <span className="muted">{t("verifying", { checked, total })}</span>
    </label>
  );
}

function Answer({ found }: { found: VerificationView }) {
  const t = useTranslations("audit");
  const { ok, broken, checked, head, from, checkpoints } = found;
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
