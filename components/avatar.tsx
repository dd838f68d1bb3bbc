import { cn } from "./class-names";

/** "Noor Haddad" → NH, "ana@shop" → AN. */
export function initials(label: string): string {
  const words = label
    .replace(/@.*$/, "")
    .split(/[\s._-]+/)
    .filter(Boolean);
  const first = words[0] ?? "?";
  const second = words.length > 1 ? (words.at(-1) as string).charAt(0) : first.charAt(1);
  return (first.charAt(0) + second).toUpperCase();
}

/** Decorative: the name is always written beside it. `open`: a place nobody has taken yet. */
export function Avatar({ label, open }: { label: string; open?: boolean }) {
  return (
    <span className={cn("avatar", open && "open-slot")} aria-hidden="true">
      {initials(label)}
    </span>
  );
}
