// The tab that somebody has chosen for one example is chosen for all, and when they come again.
import { useEffect } from "react";

const KEPT = "hcai-example";
let here = ""; // where a browser keeps nothing

function kept() {
  try {
    return window.localStorage.getItem(KEPT) ?? here;
  } catch {
    return here;
  }
}

function keep(chosen) {
  here = chosen;
  try {
    window.localStorage.setItem(KEPT, chosen);
  } catch {
    // It stays chosen on this page.
  }
}

// Their own client where an example has it, else the first in that language.
function choose(chosen) {
  const language = `${chosen.split(" ")[0]} `;
  for (const tabs of document.querySelectorAll(".examples .tabs")) {
    const all = [...tabs.querySelectorAll("input")];
    const wanted = all.find(({ value }) => value === chosen);
    const near = wanted ?? all.find(({ value }) => value.startsWith(language));
    if (near) near.checked = true;
  }
}

export function RememberedTabs({ of }) {
  useEffect(() => {
    choose(kept());
    const onChange = ({ target }) => {
      if (!target.closest(".examples .tabs")) return;
      const before = target.getBoundingClientRect().top;
      keep(target.value);
      choose(target.value);
      const moved = target.getBoundingClientRect().top - before;
      window.scrollBy({ top: moved, behavior: "instant" });
    };
    document.addEventListener("change", onChange);
    return () => document.removeEventListener("change", onChange);
  }, [of]);
}
