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
    const observer = new IntersectionObserver(
      (entries) => {
        const seen = entries.filter((entry) => entry.isIntersecting).at(0);
        if (seen) setHere(seen.target.id);
      },
      { rootMargin: "-110px 0px -60% 0px" },
    );
    for (const id of ids.split(" ")) {
      const section = document.getElementById(id);
      if (section) observer.observe(section);
    }
    return () => observer.disconnect();
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
