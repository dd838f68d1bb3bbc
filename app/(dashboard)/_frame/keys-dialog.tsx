"use client";

import { useTranslations } from "next-intl";
import { Dialog, DialogBody, DialogContent } from "@/components/ui/dialog";
import type { Place } from "./places";

/** The list of keys. */
export function KeysDialog({ places, onClose }: { places: Place[]; onClose: () => void }) {
  const t = useTranslations("frame");
  const general: [string[], string][] = [
    [["⌘K", "Ctrl K"], t("keys.palette")],
    [["/"], t("keys.filter")],
    [["n"], t("keys.new")],
    [["j", "k"], t("keys.move")],
    [["↵"], t("keys.open")],
    [["?"], t("keys.title")],
    [["esc"], t("keys.close")],
  ];
  const deployment: [string[], string][] = [
    [["a"], t("keys.approve")],
    [["r"], t("keys.run")],
    [["x"], t("keys.cancel")],
  ];
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())}>
      <DialogContent title={t("keys.title")}>
        <DialogBody className="keys pb-5">
          <Keys title={t("keys.everywhere")} keys={general} />
          <Keys
            title={t("keys.goTo")}
            keys={places.map((place) => [["g", place.letter], t(`places.${place.key}`)])}
          />
          <Keys title={t("keys.onDeployment")} keys={deployment} />
        </DialogBody>
      </DialogContent>
    </Dialog>
  );
}

function Keys({ title, keys }: { title: string; keys: [string[], string][] }) {
  return (
    <section>
      <h3 className="pop-label px-0">{title}</h3>
      <dl>
        {keys.map(([names, what]) => (
          <div key={what} className="key-row">
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
