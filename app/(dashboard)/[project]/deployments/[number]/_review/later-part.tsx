"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";

export type PartAnswer = { ok: true; part: ReactNode } | { ok: false; message: string };

interface LaterPartProps {
  /** Asks the server for it. */
  load: () => Promise<PartAnswer>;
  /** `statement` and `finding` are also what the anchors in it begin with. */
  kind: "statement" | "finding";
  from: number;
  to: number;
  /** What it will take, about, in pixels. */
  height: number;
}

/** How far from the screen it is asked for, so that a reader who scrolls seldom sees the gap. */
const AHEAD = "1500px";

/** A stretch of a long list that comes when the reader comes near, or follows a link into it. */
export function LaterPart({ load, kind, from, to, height }: LaterPartProps) {
  const t = useTranslations("deployments");
  const place = useRef<HTMLDivElement>(null);
  const asked = useRef(false);
  const [part, setPart] = useState<ReactNode>(null);
  const [failure, setFailure] = useState<string | null>(null);

  const ask = useCallback(() => {
    if (asked.current) return;
    asked.current = true;
    setFailure(null);
    load().then(
      (answer) => {
        if (answer.ok) return setPart(answer.part);
        asked.current = false;
        setFailure(answer.message);
      },
      () => {
        asked.current = false;
        setFailure(t("parts.lost"));
      },
    );
  }, [load, t]);

  useEffect(() => {
    if (!place.current) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && ask(), {
      rootMargin: AHEAD,
    });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [ask]);

  useEffect(() => {
    const follow = () => {
      const [, number] = new RegExp(`^#${kind}-(\\d+)$`).exec(location.hash) ?? [];
      if (number !== undefined && Number(number) >= from && Number(number) <= to) ask();
    };
    follow();
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, [ask, kind, from, to]);

  // The link that asked for it found nothing to go to.
  useEffect(() => {
    if (part === null || !location.hash.startsWith(`#${kind}-`)) return;
    const goal = document.getElementById(location.hash.slice(1));
    if (goal && place.current?.contains(goal)) goal.scrollIntoView({ block: "center" });
  }, [part, kind]);

  const values = { from: kind === "finding" ? from + 1 : from, to: kind === "finding" ? to + 1 : to };
  return (
    <div
      ref={place}
      className="later-part"
      style={part === null ? { height } : { containIntrinsicHeight: `auto ${height}px` }}
      aria-busy={part === null && failure === null}
    >
      {part ?? (
        <p className="p-4 muted">
          {failure === null ? t(`parts.${kind}`, values) : failure}{" "}
          <Button size="small" onClick={ask}>
            {failure === null ? t("parts.show") : t("parts.again")}
          </Button>
        </p>
      )}
    </div>
  );
}
