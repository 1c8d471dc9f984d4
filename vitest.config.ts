import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Ten times what the slowest takes on a quiet computer: none may fail because others are at work beside it.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    // Vitest leaves one processor free, which of two is half.
    maxWorkers: Math.max(2, availableParallelism()),
  },
});
