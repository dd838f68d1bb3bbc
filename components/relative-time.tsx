"use client";

import { useFormatter, useNow } from "next-intl";

/** `now` is renewed so often, twice over: what seems to lie ahead by less has just happened. In milliseconds. */
const STALE_MS = 60_000;

/** "34 min ago", the exact moment in the reader's zone on hover. Past a week: the date. */
export function RelativeTime({ at }: { at: string | Date }) {
  const format = useFormatter();
  const date = new Date(at);
  // Seconds are told of what is young: they would be wrong for half a minute.
  const isYoung = useNow().getTime() - date.getTime() < 60_000;
  const now = useNow({ updateInterval: isYoung ? 5_000 : 30_000 });
  const far = Math.abs(now.getTime() - date.getTime()) > 7 * 86_400_000;
  const text = far
    ? format.dateTime(date, {
        day: "numeric",
        month: "short",
        ...(date.getFullYear() === now.getFullYear() ? {} : { year: "numeric" }),
      })
    : format.relativeTime(date, {
        now: date > now && date.getTime() - now.getTime() < STALE_MS ? date : now,
        style: "short",
      });
  return (
    <time
      dateTime={date.toISOString()}
      title={format.dateTime(date, { dateStyle: "full", timeStyle: "long" })}
      suppressHydrationWarning
    >
      {withoutDots(text)}
    </time>
  );
}

/** "34 min. ago" as it is written beside "34 min": units carry no full stop. */
function withoutDots(text: string): string {
  return text
    .replace("sec.", "s")
    .replace("hr.", "h")
    .replace(/(?<=[a-z])\.(?= )/, "");
}

/** The clock time of today's moments, the date and time of older ones. `seconds`: to the millisecond, for logs;
 * `brief`: of older ones the date alone. */
export function ClockTime({ at, seconds, brief }: { at: string | Date; seconds?: boolean; brief?: boolean }) {
  const format = useFormatter();
  const now = useNow();
  const date = new Date(at);
  const clock = format.dateTime(
    date,
    seconds
      ? { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23" }
      : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  );
  const day = format.dateTime(date, { day: "numeric", month: "short" });
  const today = day === format.dateTime(now, { day: "numeric", month: "short" });
  return (
    <time
      dateTime={date.toISOString()}
      title={format.dateTime(date, { dateStyle: "full", timeStyle: "long" })}
      suppressHydrationWarning
    >
      {today || seconds ? clock : brief ? day : `${day} ${clock}`}
    </time>
  );
}
