"use client";

import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { TIME_ZONE_COOKIE } from "@/lib/transport/locales";
import { askForPalette, onAsk } from "./events";
import { moveInList, openInList } from "./list-keys";
import type { Place } from "./places";
import { readChoice, rememberChoice } from "./preferences";

const KeysDialog = dynamic(() => import("./keys-dialog").then((m) => m.KeysDialog), { ssr: false });

/** The keyboard of every page, and the reader's time zone told to the server once. */
export function Keys({ places }: { places: Place[] }) {
  const router = useRouter();
  const [shown, setShown] = useState(false);
  const waitingForLetter = useRef(0);

  useEffect(() => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!zone || readChoice(TIME_ZONE_COOKIE) === zone) return;
    rememberChoice(TIME_ZONE_COOKIE, zone);
    router.refresh();
  }, [router]);

  useEffect(() => onAsk("keys", () => setShown(true)), []);

  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        askForPalette();
        return;
      }
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        event.defaultPrevented ||
        isTyping(event.target) ||
        isCovered()
      )
        return;
      const afterG = Date.now() - waitingForLetter.current < 1500;
      waitingForLetter.current = 0;
      if (afterG) {
        const place = places.find((entry) => entry.letter === event.key);
        if (place) {
          event.preventDefault();
          router.push(place.href);
        }
        return;
      }
      if (event.key === "g") waitingForLetter.current = Date.now();
      else if (pressKey(event.key)) event.preventDefault();
      else if (event.key === "?") setShown(true);
    }
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [places, router]);

  return shown ? <KeysDialog places={places} onClose={() => setShown(false)} /> : null;
}

/** Keys that press what the page marks for them. @returns whether there was something to press */
function pressKey(key: string): boolean {
  if (key === "j" || key === "k") return moveInList(key === "j" ? 1 : -1);
  if (key === "o") return openInList();
  const wanted =
    key === "n"
      ? "[data-new]"
      : key === "/"
        ? "[data-filter]"
        : /^[a-z]$/.test(key)
          ? `[data-key="${key}"]`
          : null;
  const element = wanted ? document.querySelector<HTMLElement>(wanted) : null;
  if (!element || element.getAttribute("aria-disabled") === "true" || (element as HTMLButtonElement).disabled)
    return false;
  if (key === "/") element.focus();
  else element.click();
  return true;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) &&
        !/^(checkbox|radio|button)$/.test((target as HTMLInputElement).type)))
  );
}

/** A dialog or an open menu has the keyboard for itself. */
function isCovered(): boolean {
  return document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]') !== null;
}
