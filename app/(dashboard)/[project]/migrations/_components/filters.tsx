"use client";

import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";

interface FiltersProps {
  services: string[];
  environments: string[];
  states: readonly string[];
}

const NAMES = ["text", "service", "environment", "state"] as const;

/** Filters that live in the address; each choice reads the list anew, typing after a short pause. */
export function Filters({ services, environments, states }: FiltersProps) {
  const t = useTranslations("migrations");
  const router = useRouter();
  const path = usePathname();
  const query = useSearchParams();
  const [pending, start] = useTransition();
  const [text, setText] = useState(query.get("text") ?? "");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => () => clearTimeout(timer.current), []);

  function go(name: (typeof NAMES)[number], value: string) {
    const next = new URLSearchParams();
    for (const key of NAMES) {
      const kept = key === name ? value : (query.get(key) ?? "");
      if (kept) next.set(key, kept);
    }
    start(() => router.replace(next.size > 0 ? `${path}?${next}` : path, { scroll: false }));
  }

  function onText(value: string) {
    setText(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => go("text", value.trim()), 250);
  }

  const choice = (
    name: "service" | "environment" | "state",
    all: string,
    options: { value: string; label: string }[],
  ) => (
    <Select
      aria-label={t(`list.${name}`)}
      value={query.get(name) ?? ""}
      onChange={(event) => go(name, event.target.value)}
      options={[{ value: "", label: all }, ...options]}
    />
  );
  const same = (values: string[]) => values.map((value) => ({ value, label: value }));
  const filtered = NAMES.some((name) => query.get(name));
  return (
    <search className="bar-filter" aria-busy={pending}>
      <Input
        type="search"
        value={text}
        onChange={(event) => onText(event.target.value)}
        placeholder={t("list.find")}
        aria-label={t("list.find")}
        data-filter=""
      />
      {services.length > 1 ? choice("service", t("list.allServices"), same(services)) : null}
      {environments.length > 1 ? choice("environment", t("list.allEnvironments"), same(environments)) : null}
      {choice(
        "state",
        t("list.allStates"),
        states.map((value) => ({ value, label: t(`state.${value}` as "state.applied") })),
      )}
      {filtered ? (
        <Button
          variant="quiet"
          onClick={() => {
            setText("");
            start(() => router.replace(path, { scroll: false }));
          }}
        >
          {t("list.clear")}
        </Button>
      ) : null}
    </search>
  );
}
