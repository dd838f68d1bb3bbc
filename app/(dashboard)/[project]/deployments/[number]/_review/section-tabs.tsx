"use client";

import { useEffect, useState } from "react";

interface SectionTabsProps {
  label: string;
  sections: { id: string; label: string; count?: number }[];
}

/** Anchors to the parts of the page; the one in view is marked. */
export function SectionTabs({ label, sections }: SectionTabsProps) {
  const [here, setHere] = useState(sections[0]?.id);
  const ids = sections.map((section) => section.id).join(" ");
  useEffect(() => {
    const all = ids.split(" ");
    // The last part whose head has gone past the tabs; at the very top the first one.
    const look = () => {
      const passed = all.filter(
        (id) => (document.getElementById(id)?.getBoundingClientRect().top ?? 1e9) < 140,
      );
      setHere(passed.at(-1) ?? all[0]);
    };
    look();
    window.addEventListener("scroll", look, { passive: true });
    return () => window.removeEventListener("scroll", look);
  }, [ids]);
  return (
    <nav className="tabs" aria-label={label}>
      {sections.map((section) => (
        <a key={section.id} href={`#${section.id}`} aria-current={section.id === here ? "true" : undefined}>
          {section.label}
          {section.count === undefined ? null : <span className="n">{section.count}</span>}
        </a>
      ))}
    </nav>
  );
}
