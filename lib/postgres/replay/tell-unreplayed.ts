import type { Unreplayed } from "./run-script";

/** One line for each script and reason, with the first place: a dump says of every object whose it is. */
export function tellUnreplayed(unreplayed: readonly Unreplayed[]): string[] {
  const alike = new Map<string, Unreplayed[]>();
  for (const one of unreplayed) {
    const key = `${one.migration}\n${one.why}`;
    alike.set(key, [...(alike.get(key) ?? []), one]);
  }
  return [...alike.values()].map(([first, ...more]) => {
    const { migration, line, why } = first as Unreplayed;
    return `${migration}:${line}${more.length > 0 ? ` and ${more.length} more` : ""}: ${why}`;
  });
}
