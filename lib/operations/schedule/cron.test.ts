import { describe, expect, it } from "vitest";
import { Cron, describeCron, nextTime, nextTimes, TimeZone } from "./cron";

describe("a schedule", () => {
  it("is five fields, and nothing else", () => {
    for (const good of ["10 2 * * *", "*/15 8-18 * * 1-5", "0 0 1 * *"])
      expect(Cron.safeParse(good).success, good).toBe(true);
    for (const bad of [
      "",
      "* * * *",
      "0 10 2 * * *",
      "61 * * * *",
      "@daily",
      "a b c d e",
      "0 0 31 2 *",
      "H H * * *",
    ])
      expect(Cron.safeParse(bad).success, bad).toBe(false);
    expect(TimeZone.safeParse("Europe/Madrid").success).toBe(true);
    expect(TimeZone.safeParse("Europe/Nowhere").success).toBe(false);
  });

  it("means the local time of its zone, over changes of the clock", () => {
    const next = (from: string) => nextTime("30 2 * * *", "Europe/Madrid", new Date(from)).toISOString();
    expect(next("2026-03-27T12:00:00Z")).toBe("2026-03-28T01:30:00.000Z");
    // 02:30 does not exist on 29 March; the night is not left out.
    expect(next("2026-03-28T12:00:00Z") < "2026-03-29T04:00:00.000Z").toBe(true);
    // 02:30 comes twice on 25 October and is taken once.
    const autumn = nextTimes("30 2 * * *", "Europe/Madrid", new Date("2026-10-24T12:00:00Z"), 2);
    expect((autumn[1]?.getTime() ?? 0) - (autumn[0]?.getTime() ?? 0)).toBeGreaterThan(20 * 3_600_000);
  });

  it.each([
    ["Australia/Lord_Howe", "10 2 * * *"],
    ["Australia/Lord_Howe", "0 1 * * *"],
    ["America/New_York", "30 2 * * *"],
    ["America/Santiago", "0 0 * * *"],
    ["Pacific/Chatham", "45 2 * * *"],
    ["Antarctica/Troll", "30 2 * * *"],
    ["America/Scoresbysund", "59 23 * * *"],
  ])("leaves no night of %s out and takes none twice (%s)", (zone, cron) => {
    let at = new Date("2026-01-01T12:00:00Z");
    for (let night = 0; night < 365; night += 1) {
      const next = nextTime(cron, zone, new Date(at.getTime() + 5000));
      const hours = (next.getTime() - at.getTime()) / 3_600_000;
      if (night > 0) expect([at.toISOString(), hours >= 22 && hours <= 26]).toEqual([at.toISOString(), true]);
      at = next;
    }
  });

  it("that names no hour goes on through the hour that comes twice", () => {
    const times = nextTimes("*/30 * * * *", "Australia/Lord_Howe", new Date("2026-04-04T14:00:00Z"), 6);
    expect(times.map((at) => at.toISOString().slice(11, 16))).toEqual([
      ...["14:30", "15:00", "15:30", "16:00", "16:30", "17:00"],
    ]);
  });

  it("is told in words, in both languages", () => {
    expect(describeCron("10 2 * * *", "en")).toBe("At 02:10");
    expect(describeCron("10 2 * * 1", "es")).toBe("A las 02:10, solo el lunes");
    expect(describeCron("*/15 * * * *", "en")).toBe("Every 15 minutes");
    expect(describeCron("*/7 */5 * * *", "en")).toMatch(
      /^Every 7 minutes.*, counted anew each hour, counted anew each day$/,
    );
    expect(describeCron("*/7 * * * *", "es")).toBe("Cada 7 minutos, contando de nuevo cada hora");
    expect(describeCron("0 2 */2 * *", "en")).toBe("At 02:00, every 2 days in a month");
    expect(describeCron("0 9 * * MON#1", "es")).toBe("A las 09:00, en el primer lunes del mes");
  });
});
