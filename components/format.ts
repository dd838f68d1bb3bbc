const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

function number(value: number, locale: string, digits: number): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
}

/** Bytes in binary units: 4.1 GiB. */
export function formatBytes(bytes: number, locale: string): string {
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${number(value, locale, unit === 0 || value >= 100 ? 0 : 1)} ${UNITS[unit]}`;
}

/** Milliseconds in the unit people think in: 6 ms, 44.1 s, 5 min 52 s, 3 h 10 min. */
export function formatDuration(ms: number, locale: string): string {
  if (ms < 1) return `${number(Math.max(ms, 0.1), locale, 1)} ms`;
  if (ms < 1000) return `${number(ms, locale, 0)} ms`;
  if (ms < 10_000) return `${number(ms / 1000, locale, 1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${number(ms < 60_000 ? ms / 1000 : seconds, locale, ms < 60_000 ? 1 : 0)} s`;
  const [big, small, bigUnit, smallUnit] =
    seconds < 7200
      ? [Math.floor(seconds / 60), seconds % 60, "min", "s"]
      : [Math.floor(seconds / 3600), Math.round((seconds % 3600) / 60), "h", "min"];
  return small === 0
    ? `${big} ${bigUnit}`
    : `${big} ${bigUnit} ${String(small).padStart(2, "0")} ${smallUnit}`;
}

/** A count, shortened from a hundred thousand on: 8.1 M, 212 K, 8,104. */
export function formatCount(value: number, locale: string): string {
  if (value >= 1e9) return `${number(value / 1e9, locale, 1)} G`;
  if (value >= 1e6) return `${number(value / 1e6, locale, 1)} M`;
  if (value >= 1e5) return `${number(value / 1e3, locale, 0)} K`;
  return number(value, locale, 0);
}
