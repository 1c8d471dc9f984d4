/** The first SIGINT or SIGTERM; a second one ends the process at once. Call `release` when stopping is over. */
export function untilSignal(): { readonly asked: Promise<NodeJS.Signals>; readonly release: () => void } {
  const signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  let heard = false;
  let tell: (signal: NodeJS.Signals) => void = () => undefined;
  const asked = new Promise<NodeJS.Signals>((resolve) => {
    tell = resolve;
  });
  const listen = (signal: NodeJS.Signals) => {
    if (heard) process.exit(130);
    heard = true;
    tell(signal);
  };
  for (const signal of signals) process.on(signal, listen);
  return {
    asked,
    release: () => {
      for (const signal of signals) process.off(signal, listen);
    },
  };
}
