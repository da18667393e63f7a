// How near texts are, from their embeddings.

export function cosine(one, other) {
  let dot = 0;
  let ones = 0;
  let others = 0;
  for (let place = 0; place < one.length; place += 1) {
    dot += one[place] * other[place];
    ones += one[place] ** 2;
    others += other[place] ** 2;
  }
  return ones && others ? dot / Math.sqrt(ones * others) : 0;
}

export const table = (vectors) => vectors.map((one) => vectors.map((other) => cosine(one, other)));

// Embeddings come as lists of numbers, or packed as float32 in base64.
export function vectorOf(embedding) {
  if (typeof embedding !== "string") return embedding;
  const bytes = Uint8Array.from(atob(embedding), (sign) => sign.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

// The pair of different texts that are nearest, the earlier one first; null when there are not two.
export function nearest(rows) {
  let best = null;
  rows.forEach((row, other) =>
    row.slice(0, other).forEach((value, one) => {
      if (!best || value > best.value) best = { one, other, value };
    }),
  );
  return best;
}
