/**
 * Waits, turn by turn of the event loop, until something is so: for tests whose other side is a real socket.
 * Fails after `withinMs` of real time with what was waited for.
 */
export async function until(what: string, isSo: () => boolean, withinMs = 5000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`Waited ${withinMs} ms in vain until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
