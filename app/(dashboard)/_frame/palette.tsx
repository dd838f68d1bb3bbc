"use client";

import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Icon } from "@/components/icon";
import { onAsk } from "./events";
import { PaletteKey } from "./palette-key";
import type { Place } from "./places";

const PaletteDialog = dynamic(() => import("./palette-dialog").then((m) => m.PaletteDialog), { ssr: false });

export interface PaletteProps {
  project: { slug: string; name: string } | null;
  projects: { slug: string; name: string }[];
  places: Place[];
  canCreate: boolean;
}

/** The search field of the top bar; what it opens is loaded when it is first asked for. */
export function Palette(props: PaletteProps) {
  const t = useTranslations("frame");
  const [open, setOpen] = useState(false);
  useEffect(() => onAsk("palette", () => setOpen((was) => !was)), []);
  return (
    <>
      <button
        type="button"
        className="find"
        aria-label={t("palette.open")}
        aria-keyshortcuts="Control+K Meta+K"
        onClick={() => setOpen(true)}
      >
        <Icon name="search" />
        <span>{t("palette.short")}</span>
        <PaletteKey />
      </button>
      {open ? <PaletteDialog {...props} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
