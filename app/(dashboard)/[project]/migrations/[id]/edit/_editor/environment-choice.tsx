"use client";

import { useTranslations } from "next-intl";
import { EnvironmentChip } from "@/components/environment";
import { Icon } from "@/components/icon";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import type { EnvironmentState } from "@/lib/operations/migration/views";

interface EnvironmentChoiceProps {
  places: EnvironmentState[];
  place: EnvironmentState | null;
  onPlace: (targetId: string) => void;
}

/** The environment that the panel speaks of. */
export function EnvironmentChoice({ places, place, onPlace }: EnvironmentChoiceProps) {
  const t = useTranslations("editor");
  if (!place) return <span className="muted">{t("nowhere")}</span>;
  if (places.length === 1) return <EnvironmentChip environment={place.environment} />;
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <button
          type="button"
          className="chip-choice"
          aria-label={t("choosePlace", { name: place.environment.name })}
        >
          <EnvironmentChip environment={place.environment} />
          <Icon name="down" small />
        </button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="start">
        {places.map((one) => (
          <DropdownMenuItem key={one.environment.id} onSelect={() => one.targetId && onPlace(one.targetId)}>
            <EnvironmentChip environment={one.environment} plain />
          </DropdownMenuItem>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
