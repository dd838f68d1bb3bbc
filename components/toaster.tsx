"use client";

import { useTranslations } from "next-intl";
import { Toaster as Sonner } from "sonner";
import { Icon } from "./icon";
import { useWide } from "./use-wide";

/** Short answers of actions; what must be acted on stands in the page instead. */
export function Toaster() {
  const t = useTranslations("common");
  // On a phone the buttons of the page stand at the bottom.
  const wide = useWide(761);
  return (
    <Sonner
      position={wide ? "bottom-right" : "top-center"}
      mobileOffset={{ top: 56 }}
      containerAriaLabel={t("messages")}
      icons={{
        success: (
          <span className="text-safe">
            <Icon name="safe" />
          </span>
        ),
        error: (
          <span className="text-danger">
            <Icon name="danger" />
          </span>
        ),
        info: (
          <span className="text-notice">
            <Icon name="notice" />
          </span>
        ),
      }}
      toastOptions={{
        unstyled: true,
        classNames: { toast: "toast", description: "muted", actionButton: "btn small" },
      }}
    />
  );
}
