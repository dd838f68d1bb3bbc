"use client";

import { type RefObject, useCallback, useEffect, useState } from "react";

/** Rows drawn beyond the edges, so that a quick scroll shows no gap. */
const OVER = 10;

export interface RowWindow {
  first: number;
  /** Exclusive. */
  last: number;
  /** Pixels of the rows before and after. */
  before: number;
  after: number;
  /** Rows that fit on the screen, for Page Up and Page Down. */
  fits: number;
  scrollTo(row: number): void;
}

/** Which rows of a long list of equal heights are in sight of a scrolling element. */
export function useWindow(box: RefObject<HTMLElement | null>, count: number, height: number): RowWindow {
  const [view, setView] = useState({ top: 0, height: 640 });
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () => setView({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    look();
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [box]);
  const scrollTo = useCallback(
    (row: number) => {
      const element = box.current;
      if (!element) return;
      const y = row * height;
      if (y < element.scrollTop) element.scrollTop = y;
      else if (y + height > element.scrollTop + element.clientHeight)
        element.scrollTop = y + height - element.clientHeight;
    },
    [box, height],
  );
  const first = Math.min(Math.max(0, Math.floor(view.top / height) - OVER), Math.max(0, count - 1));
  const last = Math.min(count, Math.ceil((view.top + view.height) / height) + OVER);
  return {
    first,
    last,
    before: first * height,
    after: Math.max(0, count - last) * height,
    fits: Math.max(1, Math.floor(view.height / height) - 1),
    scrollTo,
  };
}
