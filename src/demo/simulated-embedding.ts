/**
 * A vector of unit length that is the same for the same text: words hashed into `dimensions` buckets, so that texts
 * which share words lie near each other. No model is behind it.
 */
export function simulatedEmbedding(text: string, dimensions = 64): number[] {
  const vector = new Array<number>(dimensions).fill(0);
  for (const word of ["", ...text.toLowerCase().split(/[^\p{L}\p{N}]+/u)]) {
    const hash = hashOf(word);
    vector[hash % dimensions]! += hash & 1024 ? 1 : -1;
  }
  return unitLength(vector);
}

/** As Ollama does with `dimensions`: cuts, then brings back to unit length. */
export function cutTo(vector: readonly number[], dimensions: number): number[] {
  return unitLength(vector.slice(0, dimensions));
}

function unitLength(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector);
  return length === 0 ? vector.map((_, i) => (i === 0 ? 1 : 0)) : vector.map((value) => value / length);
}

function hashOf(word: string): number {
  let hash = 2166136261;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 16777619) >>> 0;
  return hash;
}
