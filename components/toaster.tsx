"use client";

import { useTranslations } from "next-intl";
import { Toaster as Sonner } from "sonner";
import { Icon } from "./icon";

/** Short answers of actions; what must be acted on stands in the page instead. */
export function Toaster() {
  const t = useTranslations("common");
  return (
    <Sonner
      position="bottom-right"
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
