import { useLocale, useTranslations } from "next-intl";
import { DataTable } from "@/components/data-table";
import { Bytes, Count } from "@/components/figures";
import { formatBytes } from "@/components/format";
import { Mark } from "@/components/mark";
import { Section } from "@/components/page";
import { Note } from "@/components/states";
import type { UndoForetold } from "@/lib/core/run/types";

type Part = UndoForetold["parts"][number];

/** Which rows and values are kept before they are lost, or return with the way back. */
export function KeptRows({ undo }: { undo: UndoForetold }) {
  const t = useTranslations("undo.review");
  const back = undo.mode === "put_back";
  const tooLarge = undo.parts.some(({ state }) => state === "too_large");
  return (
    <Section
      id="kept"
      title={back ? t("titleBack") : t("title")}
      note={back ? t("noteBack") : t("note", { days: undo.days })}
    >
      {tooLarge ? <Note meaning="danger">{t("tooLarge")}</Note> : null}
      <DataTable
        caption={back ? t("titleBack") : t("title")}
        rows={undo.parts}
        rowKey={(part) => `${part.migration} ${part.statement} ${part.kind} ${part.relation} ${part.columns}`}
        columns={[
          { key: "what", header: t("what"), cell: (part) => <What part={part} /> },
          {
            key: "statement",
            header: t("statement"),
            wideOnly: true,
            cell: (part) => <code>{`${part.migration} · ${part.statement}`}</code>,
          },
          {
            key: "rows",
            header: t("rows"),
            num: true,
            phoneLabel: t("rows"),
            cell: (part) => (part.rows === null ? t("unknown") : <Count value={Math.round(part.rows)} />),
          },
          {
            key: "size",
            header: t("size"),
            num: true,
            phoneLabel: t("size"),
            cell: (part) => (part.bytes === null ? null : <Bytes bytes={Math.round(part.bytes)} />),
          },
          { key: "state", header: t("state"), cell: (part) => <State part={part} undo={undo} /> },
        ]}
      />
    </Section>
  );
}

function What({ part }: { part: Part }) {
  const t = useTranslations("undo.review");
  return (
    <span>
      {t(`kinds.${part.kind}`, { relation: part.relation, columns: part.columns.join(", ") })}
      {part.draggedBy ? ` ${t("draggedBy", { relation: part.draggedBy })}` : null}
    </span>
  );
}

function State({ part, undo }: { part: Part; undo: UndoForetold }) {
  const t = useTranslations("undo.review");
  const locale = useLocale();
  const reason = part.reason?.replace(".", "_");
  if (part.state === "kept")
    return <Mark meaning="safe">{t(undo.mode === "put_back" ? "states.back" : "states.kept")}</Mark>;
  if (part.state === "too_large")
    return (
      <Mark meaning="danger">{t("states.too_large", { size: formatBytes(undo.maxBytes, locale) })}</Mark>
    );
  return (
    <Mark meaning="warning">
      {t(`states.${part.state}`)}
      {reason && t.has(`reasons.${reason}`) ? `: ${t(`reasons.${reason}`)}` : ""}
    </Mark>
  );
}
