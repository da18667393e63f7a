// The tab that somebody has chosen for one example is chosen for all, and when they come again.
import { useEffect } from "react";
import { remember, remembered } from "./browser-storage.mjs";

const KEPT = "hcai-example";

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
    choose(remembered(KEPT, ""));
    const onChange = ({ target }) => {
      if (!target.closest(".examples .tabs")) return;
      const before = target.getBoundingClientRect().top;
      remember(KEPT, target.value);
      choose(target.value);
      const moved = target.getBoundingClientRect().top - before;
      window.scrollBy({ top: moved, behavior: "instant" });
    };
    document.addEventListener("change", onChange);
    return () => document.removeEventListener("change", onChange);
  }, [of]);
}
