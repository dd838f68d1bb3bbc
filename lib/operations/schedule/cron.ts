import { CronExpressionParser } from "cron-parser";
import cronstrue from "cronstrue";
import "cronstrue/locales/es.js";
import { z } from "zod";

/** Five fields, as crontab(5) has them: minute, hour, day of month, month, day of week. */
export const Cron = z
  .string()
  .trim()
  .max(120)
  .refine((text) => text.split(/\s+/).length === 5 && isValid(text), "minute, hour, day, month, weekday");

/** An IANA name that this machine knows. */
export const TimeZone = z
  .string()
  .max(60)
  .refine((zone) => {
    try {
      return Boolean(new Intl.DateTimeFormat("en", { timeZone: zone }));
    } catch {
      return false;
    }
  }, "a time zone such as Europe/Madrid");

function isValid(text: string): boolean {
  try {
    CronExpressionParser.parse(text, { tz: "UTC" }).next();
    // Jenkins's H means another moment each time it is read, and has no words.
    describeCron(text, "en");
    return true;
  } catch {
    return false;
  }
}

/**
 * The next time after `from`. A time that a change of the clock leaves out comes as much later as the clock jumps;
 * one that it repeats comes once, unless the schedule names no hour.
 */
export function nextTime(cron: string, timeZone: string, from: Date): Date {
  const everyHour = cron.trim().split(/\s+/)[1] === "*";
  // Read on a clock that never changes: the wall's, told as if it were UTC.
  const start = new Date(wallClock(timeZone, from.getTime()) - LONGEST_JUMP_MS);
  const times = CronExpressionParser.parse(cron, { tz: "UTC", currentDate: start });
  for (let best = Number.POSITIVE_INFINITY; ; ) {
    const wall = times.next().getTime();
    const moments = momentsOf(timeZone, wall);
    // What is left out comes later than some of those after it.
    if (Math.min(...moments) - LONGEST_JUMP_MS > best) return new Date(best);
    for (const moment of everyHour ? moments : moments.slice(0, 1))
      if (moment > from.getTime()) best = Math.min(best, moment);
  }
}

/** Two hours at Troll; other zones change by one hour or half of one. */
const LONGEST_JUMP_MS = 3 * 3_600_000;
const DAY_MS = 86_400_000;

/** When a clock shows this: once, twice in order, or, where it is left out, by the clock of before. */
function momentsOf(timeZone: string, wall: number): number[] {
  const offsets = [wall - DAY_MS, wall + DAY_MS].map((at) => wallClock(timeZone, at) - at);
  const moments = [...new Set(offsets)].map((offset) => wall - offset).sort((a, b) => a - b);
  const shown = moments.filter((moment) => wallClock(timeZone, moment) === wall);
  return shown.length > 0 ? shown : [wall - (offsets[0] ?? 0)];
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** What a clock of the zone shows at a moment, as the milliseconds of UTC that show the same. */
function wallClock(timeZone: string, at: number): number {
  let clock = clocks.get(timeZone);
  if (!clock) {
    const numeric = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric" } as const;
    const rest = { minute: "numeric", second: "numeric", hourCycle: "h23" } as const;
    clock = new Intl.DateTimeFormat("en-US", { timeZone, ...numeric, ...rest });
    clocks.set(timeZone, clock);
  }
  const parts = new Map(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const day = [part("year"), part("month") - 1, part("day")] as const;
  return Date.UTC(...day, part("hour"), part("minute"), part("second")) + (at % 1000);
}

/** The next times, for whoever writes a schedule. */
export function nextTimes(cron: string, timeZone: string, from: Date, count: number): Date[] {
  const times: Date[] = [];
  while (times.length < count) times.push(nextTime(cron, timeZone, times.at(-1) ?? from));
  return times;
}

/** "At 02:10, only on Monday", in the reader's language. */
export function describeCron(cron: string, locale: string): string {
  const words = cronstrue.toString(cron, {
    locale: locale === "es" ? "es" : "en",
    use24HourTimeFormat: true,
  });
  const restarts = restartsOf(cron);
  if (locale !== "es") return [words, ...restarts.map(({ en }) => en)].join(", ");
  // As Spanish is written today: it says "sólo" and "el primero lunes".
  const spanish = words.replaceAll("sólo", "solo").replaceAll(/\b(primer|tercer)o (?=\p{L})/gu, "$1 ");
  return [spanish, ...restarts.map(({ es }) => es)].join(", ");
}

/** What counts steps, by field; of days, "in a month" is said already. */
const COUNTED = [
  { length: 60, en: "counted anew each hour", es: "contando de nuevo cada hora" },
  { length: 24, en: "counted anew each day", es: "contando de nuevo cada día" },
];

/** Steps that do not fit into what they count in end with a shorter one: "every 7 minutes" alone would not be true. */
function restartsOf(cron: string): { en: string; es: string }[] {
  const fields = cron.trim().split(/\s+/);
  return COUNTED.filter(({ length }, at) => {
    const step = Number(/^\*\/(\d+)$/.exec(fields[at] ?? "")?.[1] ?? 1);
    return step > 1 && length % step !== 0;
  });
}
