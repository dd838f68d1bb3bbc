"use client";

import { useEffect, useRef, useState } from "react";
import type { SchemaHit, SchemaRow } from "@/lib/operations/schema/views";
import type { ActionResult } from "@/lib/transport/action";

const PAGE = 200;

/** Objects by ordinal, fetched a page at a time as they come into sight. */
export function useObjects(project: string, targetId: string, version: string) {
  const [pages, setPages] = useState<ReadonlyMap<number, SchemaRow[]>>(new Map());
  const asked = useRef(new Set<number>());
  // biome-ignore lint/correctness/useExhaustiveDependencies: another reading has other rows
  useEffect(() => {
    asked.current = new Set();
    setPages(new Map());
  }, [targetId, version]);

  function want(ordinals: readonly number[]) {
    for (const page of new Set(ordinals.map((ordinal) => Math.floor(ordinal / PAGE)))) {
      if (asked.current.has(page)) continue;
      asked.current.add(page);
      void load(page, asked.current);
    }
  }

  async function load(page: number, mine: Set<number>) {
    const query = new URLSearchParams({
      target: targetId,
      from: String(page * PAGE),
      count: String(PAGE),
    });
    const rows = await fetchRows<SchemaRow[]>(`/${project}/schema/list?${query}`);
    // After a failure the page is asked for again when it is next in sight; of an old reading nothing is kept.
    if (rows === null) mine.delete(page);
    else if (asked.current === mine) setPages((known) => new Map(known).set(page, rows));
  }

  const get = (ordinal: number): SchemaRow | undefined =>
    pages.get(Math.floor(ordinal / PAGE))?.[ordinal % PAGE];
  return { get, want };
}

interface Found {
  text: string;
  total: number;
  hits: SchemaHit[];
}

/** Search as one types; more hits are fetched as the list is scrolled. */
export function useSearch(project: string, targetId: string, text: string, version: string) {
  const [found, setFound] = useState<Found | null>(null);
  const [failed, setFailed] = useState(false);
  const more = useRef(false);
  const wanted = text.trim();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another reading has other rows
  useEffect(() => {
    setFailed(false);
    if (wanted === "") {
      setFound(null);
      return;
    }
    let current = true;
    const timer = setTimeout(async () => {
      const answer = await fetchRows<Omit<Found, "text">>(searchPath(project, targetId, wanted, 0));
      if (!current) return;
      setFailed(answer === null);
      setFound(answer === null ? null : { text: wanted, ...answer });
    }, 160);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [project, targetId, wanted, version]);

  async function wantUpTo(row: number) {
    if (!found || more.current || row < found.hits.length || found.hits.length >= found.total) return;
    more.current = true;
    const answer = await fetchRows<Omit<Found, "text">>(
      searchPath(project, targetId, found.text, found.hits.length),
    );
    more.current = false;
    if (answer)
      setFound((known) =>
        known?.text === found.text ? { ...known, hits: [...known.hits, ...answer.hits] } : known,
      );
  }

  return { found, failed, searching: wanted !== "" && found?.text !== wanted && !failed, wantUpTo };
}

function searchPath(project: string, target: string, text: string, from: number): string {
  return `/${project}/schema/find?${new URLSearchParams({ target, text, from: String(from) })}`;
}

async function fetchRows<T>(path: string): Promise<T | null> {
  try {
    const response = await fetch(path);
    const answer = (await response.json()) as ActionResult<T>;
    return answer.ok ? answer.data : null;
  } catch {
    return null;
  }
}
