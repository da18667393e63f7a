// The tab that somebody has chosen for one example is chosen for all, and when they come again.
import { remember, remembered } from "./browser-storage.mjs";

const KEPT = "hcai-example";
const TABS = ".examples .tabs";

// Their own client where an example has it, else the first in that language. `still` stays where it
// is, though the examples above it change their height.
function choose(chosen, still) {
  const before = still?.getBoundingClientRect().top;
  const [language] = chosen.split(" ");
  for (const tabs of document.querySelectorAll(TABS)) {
    const own = tabs.querySelector(`[value="${CSS.escape(chosen)}"]`);
    const near = own ?? tabs.querySelector(`[value^="${CSS.escape(language)} "]`);
    if (near) near.checked = true;
  }
  const top = still && still.getBoundingClientRect().top - before;
  if (top) window.scrollBy({ top, behavior: "instant" });
}

export const recall = () => choose(remembered(KEPT, ""), document.querySelector(":target"));

export function take({ target }) {
  if (!target.closest(TABS)) return;
  remember(KEPT, target.value);
  choose(target.value, target);
}
