// Figures and times in words.
export const seconds = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
export const count = (number) => number.toLocaleString("en");

// Dollars as people read them; Python's `formatting.usd` says the same.
export function usd(cost) {
  if (cost === null || cost === undefined) return "";
  if (cost === 0) return "$0";
  if (cost < 0.000001) return "<$0.000001";
  if (cost >= 0.1) return `$${cost.toFixed(2)}`;
  const places = Math.min(8, 1 - Math.floor(Math.log10(cost)));
  return `$${cost.toFixed(places).replace(/0+$/, "")}`;
}

// What an answer took and cost.
export function receipt({ usage, firstMs, totalMs }) {
  const writingMs = totalMs - firstMs;
  const isSteady = usage?.completion > 4 && firstMs > 0 && writingMs > 50;
  const parts = [
    usage && `${count(usage.total || usage.prompt + usage.completion)} tokens`,
    usage?.reasoning > 0 && `${count(usage.reasoning)} of them thought`,
    usage && usd(usage.cost),
    firstMs > 0 && `first word after ${seconds(firstMs)}`,
    isSteady && `${Math.round((usage.completion / writingMs) * 1000)} tokens/s`,
    totalMs > 0 && `${seconds(totalMs)} in all`,
  ];
  return parts.filter(Boolean).join(" · ");
}

export const figure = (value) =>
  Math.abs(value) < 0.005 ? "0.00" : value.toFixed(2).replace("-", "−");
export const percent = (share) => `${(Math.max(0, share) * 100).toFixed(share < 0.1 ? 2 : 0)}%`;
export const short = (text) => (text.length > 42 ? `${text.slice(0, 40)} …` : text);

export function megabytes(bytes) {
  const size = bytes / 1024 ** 2;
  return size < 0.1
    ? `${Math.max(1, Math.round(bytes / 1024))} KB`
    : `${size < 10 ? size.toFixed(1) : Math.floor(size)} MB`;
}
