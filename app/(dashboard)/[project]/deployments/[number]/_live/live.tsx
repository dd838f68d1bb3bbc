"use client";

import { useRouter } from "next/navigation";
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from "react";
import type { DeploymentLive } from "@/lib/operations/deployment/views";
import { mergeLive } from "./merge";

const Context = createContext<{ live: DeploymentLive; fresh: boolean } | null>(null);

/** Between attempts to hear again from a server that refused, in milliseconds. */
const FIRST_RETRY_MS = 2000;
const LAST_RETRY_MS = 30_000;
/** How long a page that was asked for may take before it is asked for again. */
const DRAW_AGAIN_MS = 20_000;

interface LiveProps {
  /** What the server drew. */
  initial: DeploymentLive;
  /** Address of the stream. */
  url: string;
  children: ReactNode;
}

/** Keeps the page's moving parts up to date; asks the server for the whole page when more than those changed. */
export function Live({ initial, url, children }: LiveProps) {
  const router = useRouter();
  const [live, setLive] = useState(initial);
  const drawn = useRef(initial);
  drawn.current = initial;

  useEffect(() => setLive((was) => mergeLive(was, initial)), [initial]);

  const ended = live.ended;
  useEffect(() => {
    if (ended) return;
    let source: EventSource;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let delay = FIRST_RETRY_MS;
    const listen = () => {
      source = new EventSource(url);
      source.addEventListener("state", (event) => {
        delay = FIRST_RETRY_MS;
        const next = JSON.parse((event as MessageEvent<string>).data) as DeploymentLive;
        setLive((was) => mergeLive(was, next));
        if (isAnotherPage(drawn.current, next) || drawn.current.saidAt !== next.saidAt) router.refresh();
        if (next.ended) source.close();
      });
      source.addEventListener("error", () => {
        // A lost connection is opened again by the browser; an answer that refuses is not.
        if (source.readyState !== EventSource.CLOSED) return;
        // Drawn anew, the page says what became of it: sign in again, or nothing here any more.
        router.refresh();
        timer = setTimeout(listen, delay);
        delay = Math.min(delay * 2, LAST_RETRY_MS);
      });
    };
    listen();
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [url, ended, router]);

  const fresh = !isAnotherPage(initial, live);
  // An answer that got lost would leave the page without its next action, and no later message asks again.
  useEffect(() => {
    if (fresh) return;
    const timer = setInterval(() => router.refresh(), DRAW_AGAIN_MS);
    return () => clearInterval(timer);
  }, [fresh, router]);

  return <Context value={{ live, fresh }}>{children}</Context>;
}

/** The moving parts as they are now. */
export function useLive(): DeploymentLive {
  return useLiveContext().live;
}

/** Whether the rest of the page, which the server draws, is about the same state of affairs. */
export function useIsFresh(): boolean {
  return useLiveContext().fresh;
}

function useLiveContext() {
  const context = useContext(Context);
  if (!context) throw new Error("This part of the page stands outside of <Live>.");
  return context;
}

/** Whether what the server drew is about another state of affairs. */
function isAnotherPage(drawn: DeploymentLive, next: DeploymentLive): boolean {
  return (
    drawn.state !== next.state ||
    drawn.check.attempt !== next.check.attempt ||
    drawn.check.finishedAt !== next.check.finishedAt ||
    drawn.approvals.given !== next.approvals.given ||
    drawn.approvals.changesRequested !== next.approvals.changesRequested ||
    drawn.run?.id !== next.run?.id
  );
}
