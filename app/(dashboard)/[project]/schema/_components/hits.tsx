"use client";

import { useLocale, useTranslations } from "next-intl";
import { type KeyboardEvent, type MouseEvent, useEffect, useRef, useState } from "react";
import { cn } from "@/components/class-names";
import { useWindow } from "@/components/use-window";
import type { SchemaHit } from "@/lib/operations/schema/views";
import { GroupIcon } from "./kind-icon";
import type { useSearch } from "./use-rows";

const HEIGHT = 44;

interface HitsProps {
  search: ReturnType<typeof useSearch>;
  text: string;
  chosen: string | null;
  hrefOf: (id: string) => string;
  onOpen: (id: string) => void;
}

/** What a search found, as a list that has the focus and names its active row. */
export function Hits({ search, text, chosen, hrefOf, onOpen }: HitsProps) {
  const t = useTranslations("schema");
  const locale = useLocale();
  const box = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const hits = search.found?.hits ?? [];
  const view = useWindow(box, hits.length, HEIGHT);
  const at = Math.min(active, hits.length - 1);
  useEffect(() => {
    void search.wantUpTo(view.last + 20);
  });

  function onKey(event: KeyboardEvent) {
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: view.fits,
      PageUp: -view.fits,
      Home: -hits.length,
      End: hits.length,
    };
    const step = steps[event.key];
    const hit = hits[at];
    if (step !== undefined) {
      const next = Math.min(Math.max(0, at + step), hits.length - 1);
      setActive(next);
      view.scrollTo(next);
    } else if (event.key === "Enter" && hit) onOpen(hit.id);
    else return;
    event.preventDefault();
  }

  const said = search.failed
    ? t("searchFailed")
    : search.found
      ? t("found", { count: search.found.total })
      : t("searching");
  return (
    <>
      <p className="sb-said" aria-live="polite">
        {said}
      </p>
      {search.found && hits.length === 0 && !search.searching ? (
        <p className="sb-none">{t("nothingFound", { text })}</p>
      ) : (
        <div
          ref={box}
          className={cn("sb-list", search.searching && "old")}
          role="listbox"
          tabIndex={0}
          aria-label={t("results")}
          aria-activedescendant={hits[at] ? `hit-${hits[at].ordinal}` : undefined}
          onKeyDown={onKey}
        >
          <div role="presentation" style={{ height: view.before }} />
          {hits.slice(view.first, view.last).map((hit, index) => (
            <a
              key={hit.ordinal}
              id={`hit-${hit.ordinal}`}
              role="option"
              tabIndex={-1}
              href={hrefOf(hit.id)}
              aria-selected={hit.id === chosen}
              aria-setsize={search.found?.total}
              aria-posinset={view.first + index + 1}
              className={cn("sb-row hit", view.first + index === at && "on")}
              style={{ height: HEIGHT }}
              onClick={(event: MouseEvent) => {
                setActive(view.first + index);
                if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                event.preventDefault();
                onOpen(hit.id);
              }}
            >
              <HitText hit={hit} locale={locale} />
            </a>
          ))}
          <div role="presentation" style={{ height: view.after }} />
        </div>
      )}
    </>
  );
}

function HitText({ hit, locale }: { hit: SchemaHit; locale: string }) {
  const t = useTranslations("schema");
  const kinds = useTranslations("deployments.schema.kinds");
  const parts = hit.parts.map((part) => `${kinds(part.kind as "column")} ${part.name}`);
  return (
    <>
      <GroupIcon group={hit.group} />
      <span className="name">
        <span className="mono">{hit.name}</span>
        <span className="second">
          {parts.length > 0
            ? new Intl.ListFormat(locale, { type: "unit" }).format(parts)
            : hit.schema === null
              ? kinds(hit.kind as "column")
              : t("kindIn", { kind: kinds(hit.kind as "column"), schema: hit.schema })}
        </span>
      </span>
    </>
  );
}
