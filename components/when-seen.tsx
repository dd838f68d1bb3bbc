"use client";

import { type ReactNode, useEffect, useRef, useState } from "react";

/** After the page itself has come, so that what is heavy never competes with it. */
const SETTLED_MS = 1200;
const TOUCHES = ["pointermove", "scroll", "keydown", "touchstart"] as const;

/**
 * Draws its children, and so loads their code, once their place is on the screen and the reader moves or the page
 * has settled. `placeholder` has the size of what comes.
 */
export function WhenSeen({ placeholder, children }: { placeholder: ReactNode; children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(false);
  const [shown, setShown] = useState(false);

  useEffect(() => {
    if (!place.current) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && setNear(true), {
      rootMargin: "120px",
    });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (!near || shown) return;
    const show = () => setShown(true);
    const timer = setTimeout(show, SETTLED_MS);
    for (const touch of TOUCHES) window.addEventListener(touch, show, { once: true, passive: true });
    return () => {
      clearTimeout(timer);
      for (const touch of TOUCHES) window.removeEventListener(touch, show);
    };
  }, [near, shown]);

  return <div ref={place}>{shown ? children : placeholder}</div>;
}
