import { useLocale } from "next-intl";
import { formatBytes, formatCount, formatDuration } from "./format";

/** Milliseconds as people say them; exact on hover. */
export function Duration({ ms }: { ms: number }) {
  const locale = useLocale();
  return <span title={`${ms} ms`}>{formatDuration(ms, locale)}</span>;
}

/** A size in binary units; exact on hover. */
export function Bytes({ bytes }: { bytes: number }) {
  const locale = useLocale();
  return <span title={`${bytes} B`}>{formatBytes(bytes, locale)}</span>;
}

/** A count, shortened when large; exact on hover. */
export function Count({ value }: { value: number }) {
  const locale = useLocale();
  return <span title={new Intl.NumberFormat(locale).format(value)}>{formatCount(value, locale)}</span>;
}
