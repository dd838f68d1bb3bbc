"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Icon } from "@/components/icon";
import { Input } from "@/components/ui/input";
import type { SchemaGroup } from "@/lib/core/outline/outline";
import { Hits } from "./hits";
import { schemaHref } from "./links";
import { Tree } from "./tree";
import { useSearch } from "./use-rows";

export interface BrowserProps {
  project: string;
  targetId: string;
  groups: SchemaGroup[];
  /** Instant of the reading: with another one the rows are others. */
  version: string;
  chosen: { id: string; ordinal: number | null } | null;
  text: string;
}

/** The left side: a field to search, and the tree or what was found. */
export function SchemaBrowser({ project, targetId, groups, version, chosen, text: first }: BrowserProps) {
  const t = useTranslations("schema");
  const router = useRouter();
  const [text, setText] = useState(first);
  const search = useSearch(project, targetId, text, version);
  const hrefOf = (id: string) => schemaHref(project, targetId, id, text.trim());
  const open = (id: string) => router.push(hrefOf(id), { scroll: false });

  function change(next: string) {
    setText(next);
    // The address keeps the search for a reload and for whoever gets the link; nothing is loaded for it.
    window.history.replaceState(null, "", schemaHref(project, targetId, chosen?.id, next.trim()));
  }

  return (
    <>
      <div className="sb-search">
        <Icon name="search" />
        <Input
          type="search"
          data-filter=""
          value={text}
          onChange={(event) => change(event.target.value)}
          placeholder={t("search")}
          aria-label={t("search")}
          autoComplete="off"
          spellCheck={false}
        />
        <kbd>/</kbd>
      </div>
      {text.trim() === "" ? (
        <Tree
          project={project}
          targetId={targetId}
          groups={groups}
          version={version}
          chosen={chosen?.ordinal ?? null}
          hrefOf={hrefOf}
          onOpen={open}
        />
      ) : (
        <Hits search={search} text={text.trim()} chosen={chosen?.id ?? null} hrefOf={hrefOf} onOpen={open} />
      )}
    </>
  );
}
