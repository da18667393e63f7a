// How near texts are, from their embeddings.
const product = (one, other) => one.reduce((sum, it, at) => sum + it * other[at], 0);
const cosine = (one, other) =>
  product(one, other) / Math.sqrt(product(one, one) * product(other, other)) || 0;

// The table of some texts, and the pair of them that are nearest.
export function comparison(texts, data) {
  const vectors = data.sort((it, next) => it.index - next.index).map((it) => it.embedding);
  const rows = vectors.map((own, at) => ({
    text: texts[at],
    cells: vectors.map((other) => cosine(own, other)),
  }));
  const pairs = rows.flatMap(({ text: other, cells }, at) =>
    cells.slice(0, at).map((value, one) => ({ one: texts[one], other, value })),
  );
  const [nearest] = pairs.sort((it, next) => next.value - it.value);
  return { rows, nearest, numbers: vectors[0].length };
}
