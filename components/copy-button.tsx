"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Icon } from "./icon";
import { Button } from "./ui/button";

/** Copies `text`; says so to eyes and ears. `label`: what is copied ("the token"), for screen readers. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const t = useTranslations("common");
  const [copied, setCopied] = useState(false);
  return (
    <>
      <Button
        variant="quiet"
        size="small-icon"
        aria-label={t("copy", { what: label })}
        onClick={async () => {
          await navigator.clipboard.writeText(text);
          setCopied(true);
          setTimeout(() => setCopied(false), 2000);
        }}
      >
        <Icon name={copied ? "check" : "copy"} />
      </Button>
      <span className="sr-only" aria-live="polite">
        {copied ? t("copied") : ""}
      </span>
    </>
  );
}
