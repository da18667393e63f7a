// Figures in words.
export const count = (number) => number.toLocaleString("en");

// Dollars as people read them; Python's `formatting.usd` says the same.
export function usd(cost, digits = 2) {
  if (cost === null || cost === undefined) return "";
  if (cost > 0 && cost < 0.000001) return "<$0.000001";
  if (cost >= 0.1) return `$${cost.toFixed(digits)}`;
  return `$${cost.toLocaleString("en", { maximumSignificantDigits: digits })}`;
}

export const figure = (value) =>
  Math.abs(value) < 0.005 ? "0.00" : value.toFixed(2).replace("-", "−");
export const percent = (share) => `${(share * 100).toFixed(share < 0.1 ? 2 : 0)}%`;

export function megabytes(bytes) {
  const size = bytes / 1024 ** 2;
  if (size < 0.1) return `${Math.max(1, Math.round(bytes / 1024))} KB`;
  return `${size < 10 ? size.toFixed(1) : Math.floor(size)} MB`;
}
