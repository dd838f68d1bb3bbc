"use client";

import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { toast } from "sonner";
import { Icon } from "@/components/icon";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import type { DiagramView } from "@/lib/operations/schema/views";
import type { Shown } from "./boxes";
import { download, drawingToSvg, readPalette, svgToPng } from "./export";
import type { Drawing } from "./layout";

interface ToolsProps {
  drawing: Drawing;
  diagram: DiagramView;
  shown: Shown;
  onShown: (shown: Shown) => void;
  onFind: (node: string) => void;
  name: string;
}

/** Find a table, choose which columns are named, take the drawing along. */
export function Tools({ drawing, diagram, shown, onShown, onFind, name }: ToolsProps) {
  const t = useTranslations("schema.diagram");
  const list = useId();
  const [text, setText] = useState("");
  const names = new Map(diagram.tables.map((table) => [`${table.schema}.${table.name}`, table]));

  function find(wanted: string) {
    const lower = wanted.trim().toLowerCase();
    if (!lower) return;
    const exact = names.get(wanted.trim());
    const found =
      exact ??
      diagram.tables.find((table) => table.name.toLowerCase() === lower) ??
      diagram.tables.find((table) => table.name.toLowerCase().startsWith(lower)) ??
      diagram.tables.find((table) => `${table.schema}.${table.name}`.toLowerCase().includes(lower));
    if (found) onFind(String(found.ordinal));
    else toast.info(t("notDrawn", { text: wanted.trim() }));
  }

  async function save(format: "svg" | "png") {
    try {
      const svg = drawingToSvg(drawing, readPalette(), {
        title: `${t("title")}: ${name}`,
        change: (change) => t(`change.${change}`),
        more: (count) => t("moreColumns", { count }),
      });
      const file = `${name.replaceAll(/[^\w.-]+/g, "_")}.${format}`;
      if (format === "svg") download(new Blob([svg], { type: "image/svg+xml" }), file);
      else download(await svgToPng(svg, Math.ceil(drawing.width), Math.ceil(drawing.height)), file);
    } catch (error) {
      console.error(error);
      toast.error(t("exportFailed"));
    }
  }

  return (
    <div className="dg-tools" role="toolbar" aria-label={t("tools")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          find(text);
        }}
      >
        <Input
          type="search"
          data-filter=""
          list={list}
          value={text}
          placeholder={t("find")}
          aria-label={t("find")}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            setText(event.target.value);
            if (names.has(event.target.value)) find(event.target.value);
          }}
        />
        <datalist id={list}>
          {text.length >= 2
            ? [...names.keys()]
                .filter((key) => key.toLowerCase().includes(text.toLowerCase()))
                .slice(0, 30)
                .map((key) => <option key={key} value={key} />)
            : null}
        </datalist>
      </form>
      <Select
        aria-label={t("columns")}
        value={shown}
        onChange={(event) => onShown(event.target.value as Shown)}
        options={(["keys", "all", "none"] as const).map((value) => ({
          value,
          label: t(`shownColumns.${value}`),
        }))}
      />
      <Button onClick={() => void save("svg")}>
        <Icon name="download" /> {t("svg")}
      </Button>
      <Button onClick={() => void save("png")}>
        <Icon name="download" /> {t("png")}
      </Button>
    </div>
  );
}
