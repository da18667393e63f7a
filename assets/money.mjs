// Dollars as people read them, for what the browser adds up itself; Python's `formatting.usd` says the same.
export function usd(cost) {
  if (cost === null || cost === undefined) return "";
  if (cost === 0) return "$0";
  if (cost < 0.000001) return "<$0.000001";
  if (cost >= 0.1) return `$${cost.toFixed(2)}`;
  const places = Math.min(8, 1 - Math.floor(Math.log10(cost)));
  return `$${cost.toFixed(places).replace(/0+$/, "")}`;
}
