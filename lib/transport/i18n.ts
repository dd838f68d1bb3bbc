import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { env } from "../env";
import { isLocale, LOCALE_COOKIE, localeFromHeader, TIME_ZONE_COOKIE, timeZoneOrUtc } from "./locales";
import { loadMessages } from "./messages";
import { currentSession } from "./session";

/** Language and zone of a request: the browser's choice (a cookie), else the account's, else what the browser prefers. */
export default getRequestConfig(async ({ locale: asked }) => {
  const jar = await cookies();
  const chosen = asked ?? jar.get(LOCALE_COOKIE)?.value ?? (await currentSession())?.user.locale;
  const locale = isLocale(chosen) ? chosen : localeFromHeader((await headers()).get("accept-language"));
  return {
    locale,
    messages: loadMessages(locale, env().NODE_ENV === "development"),
    timeZone: timeZoneOrUtc(jar.get(TIME_ZONE_COOKIE)?.value),
  };
});
