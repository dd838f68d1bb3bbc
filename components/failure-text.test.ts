import { NextIntlClientProvider } from "next-intl";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { loadMessages } from "@/lib/transport/messages";
import { useFailureText } from "./failure-text";

type Failure = Parameters<ReturnType<typeof useFailureText>>[0];

function Said({ failure }: { failure: Failure }) {
  const { message, hint } = useFailureText()(failure);
  return `${message} ${hint}`;
}

const inSpanish = (failure: Failure) =>
  renderToStaticMarkup(
    createElement(
      NextIntlClientProvider,
      { locale: "es", messages: loadMessages("es") } as never,
      createElement(Said, { failure }),
    ),
  );

const full = {
  message: "The backup before the restore failed, so nothing was changed: There is not enough space at /b.",
  hint: "Free space, remove older backups, or choose another storage.",
};

it("a failure that tells another one's words is told in the reader's language down to these, with the hint", () => {
  const details = { message: "There is not enough space at /b.", because: "backup.no_space", location: "/b" };
  expect(inSpanish({ code: "restore.fresh_backup_failed", ...full, details })).toBe(
    "La copia de antes de restaurar falló y no se cambió nada: No hay espacio suficiente en /b. Libera espacio, borra copias antiguas o elige otro almacén.",
  );
  const run = {
    code: "run.backup_failed",
    message: full.message,
    hint: "Look at the backup, then try again.",
  };
  expect(inSpanish({ ...run, details })).toMatch(
    /^La copia .+: No hay espacio suficiente en \/b\. Mira la copia/,
  );
});

it("one that was kept without the other's code keeps its English", () => {
  const details = { message: "There is not enough space at /b." };
  expect(inSpanish({ code: "restore.fresh_backup_failed", ...full, details })).toContain(
    "nada: There is not",
  );
});
