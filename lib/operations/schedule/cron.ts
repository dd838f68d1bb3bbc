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
    CronExpressionParser.parse(text).next();
    // Jenkins's H means another moment each time it is read, and has no words.
    describeCron(text, "en");
    return true;
  } catch {
    return false;
  }
}

/**
 * The next time after `from`. A time that a change of the clock leaves out comes as much later as the clock jumps;
 * one that it repeats comes once.
 */
export function nextTime(cron: string, timeZone: string, from: Date): Date {
  return CronExpressionParser.parse(cron, { tz: timeZone, currentDate: from }).next().toDate();
}

/** The next times, for whoever writes a schedule. */
export function nextTimes(cron: string, timeZone: string, from: Date, count: number): Date[] {
  const expression = CronExpressionParser.parse(cron, { tz: timeZone, currentDate: from });
  return expression.take(count).map((date) => date.toDate());
}

/** "At 02:10, only on Monday", in the reader's language. */
export function describeCron(cron: string, locale: string): string {
  return cronstrue.toString(cron, { locale: locale === "es" ? "es" : "en", use24HourTimeFormat: true });
}
