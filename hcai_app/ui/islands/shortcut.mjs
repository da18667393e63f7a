// Leads the keyboard to a field: `/` from everywhere on the page, Ctrl-K from fields, too. With the
// arrow keys it goes on to the links of a list, and comes back.
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

export function lead(id, list, event) {
  const field = document.getElementById(id);
  const stops = [field, ...document.querySelectorAll(`#${list} a`)];
  const at = stops.indexOf(document.activeElement);
  const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
  const isCommand = event.ctrlKey || event.metaKey;
  const isMeant = isCommand ? event.key.toLowerCase() === "k" : event.key === "/" && !isTyping;
  const isStep = event.key in STEPS && at >= 0 && stops.length > 1;
  if (!isMeant && !isStep) return;
  event.preventDefault();
  if (isStep) return stops.at((at + STEPS[event.key]) % stops.length).focus();
  field.focus();
  field.select();
}
