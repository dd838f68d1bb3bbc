"use client";

import { useTranslations } from "next-intl";
import { ConfirmByName } from "@/components/confirm-by-name";
import { Button } from "@/components/ui/button";
import type { ScheduleView } from "@/lib/operations/schedule/list";
import { removeSchedule } from "../actions";
import { type ScheduleChoices, ScheduleDialog } from "./schedule-dialog";

export function ScheduleMenu({ schedule, ...choices }: ScheduleChoices & { schedule: ScheduleView }) {
  const t = useTranslations("backups.schedules");
  return (
    <div className="flex flex-wrap gap-2">
      <ScheduleDialog
        {...choices}
        schedule={schedule}
        trigger={<Button size="small">{t("change")}</Button>}
      />
      <ConfirmByName
        trigger={
          <Button size="small" variant="stop">
            {t("remove")}
          </Button>
        }
        title={t("removeTitle")}
        text={t("removeText")}
        confirm={t("remove")}
        action={() => removeSchedule({ scheduleId: schedule.id })}
        done={t("removed")}
      />
    </div>
  );
}
