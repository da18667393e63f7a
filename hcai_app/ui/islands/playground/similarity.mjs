// How near texts are, from their embeddings.
function cosine(one, other) {
  const product = (these, those) => these.reduce((sum, it, at) => sum + it * those[at], 0);
  const length = Math.sqrt(product(one, one) * product(other, other));
  return length ? product(one, other) / length : 0;
}

export const table = (vectors) => vectors.map((one) => vectors.map((other) => cosine(one, other)));

// Embeddings come as lists of numbers, or packed as float32 in base64.
function vectorOf({ embedding }) {
  if (typeof embedding !== "string") return embedding;
  const bytes = Uint8Array.from(atob(embedding), (sign) => sign.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

// The table of some texts, and the pair of them that are nearest.
export function comparison(texts, data) {
  const vectors = data.sort((it, next) => it.index - next.index).map(vectorOf);
  const rows = table(vectors).map((cells, at) => ({ text: texts[at], cells }));
  const pairs = rows.flatMap(({ text: other, cells }, at) =>
    cells.slice(0, at).map((value, one) => ({ one: texts[one], other, value })),
  );
  const [nearest] = pairs.sort((it, next) => next.value - it.value);
  return { rows, nearest, numbers: vectors[0].length };
}
