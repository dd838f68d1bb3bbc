import { createTranslator } from "next-intl";
import { expect, it } from "vitest";
import { waitingTime } from "../core/waiting-time";
import { loadMessages } from "./messages";

it.each([
  ["en", 1, "Too many attempts. Try again in 1 second."],
  ["en", 119, "Too many attempts. Try again in 119 seconds."],
  ["en", 847, "Too many attempts. Try again in 15 minutes."],
  ["es", 45, "Demasiados intentos. Prueba dentro de 45 segundos."],
  ["es", 847, "Demasiados intentos. Prueba dentro de 15 minutos."],
] as const)("tells a wait in %s as people count it: %i s", (locale, seconds, told) => {
  const t = createTranslator({ locale, messages: loadMessages(locale) });
  expect(t("errors.access.too_many_attempts" as never, waitingTime(seconds) as never)).toBe(told);
});
