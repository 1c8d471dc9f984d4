import { PilotoError } from "../../core/domain/errors.ts";

/**
 * Runs work that may await nothing but its transaction. On SQLite those awaits settle within microtasks, so work
 * that is not over when the event loop comes round awaited something else, while every other writer waited for it.
 * @throws PilotoError FOREIGN_AWAIT
 */
export function withinRound<T>(work: () => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const late = setImmediate(() => {
      reject(
        new PilotoError(
          "FOREIGN_AWAIT",
          "Work inside a transaction waited for something other than the transaction. It was rolled back; fetch what it needs before, or act after.",
        ),
      );
    });
    const settle = (act: () => void) => {
      clearImmediate(late);
      act();
    };
    work().then(
      (value) => settle(() => resolve(value)),
      (error) => settle(() => reject(error)),
    );
  });
}
