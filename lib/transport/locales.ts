/** Languages of the interface; the first is the default. */
export const LOCALES = ["en", "es"] as const;
export type Locale = (typeof LOCALES)[number];

/** Cookies that hold a person's choice, readable before anybody is signed in. */
export const LOCALE_COOKIE = "locale";
export const THEME_COOKIE = "theme";
export const TIME_ZONE_COOKIE = "time-zone";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export function isLocale(value: unknown): value is Locale {
  return typeof value === "string" && (LOCALES as readonly string[]).includes(value);
}

/** The first language of Accept-Language that the interface speaks, by its weights (RFC 9110, section 12.5.4). */
export function localeFromHeader(header: string | null): Locale {
  const wanted = (header ?? "")
    .split(",")
    .map((part) => {
      const [tag = "", ...params] = part.trim().split(";");
      const weight = params.map((p) => p.trim()).find((p) => p.startsWith("q="));
      return { language: tag.split("-")[0]?.toLowerCase(), q: weight ? Number(weight.slice(2)) || 0 : 1 };
    })
    .filter(({ q }) => q > 0)
    .sort((a, b) => b.q - a.q);
  for (const { language } of wanted) if (isLocale(language)) return language;
  return LOCALES[0];
}

/** The zone as given when it exists, else UTC. */
export function timeZoneOrUtc(value: string | undefined): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: value ?? "UTC" }).resolvedOptions().timeZone;
  } catch {
    return "UTC";
  }
}
