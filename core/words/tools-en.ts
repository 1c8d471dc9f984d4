/** What Piloto says of a call to a service, in English. */
export const toolsEn = {
  gone: (key: string) => `${key} is not registered any more.`,
  changed: (key: string) => `${key} is not what it was when this was planned. Ask for a new plan.`,
  notAllowed: (key: string) => `${key} is not allowed in this project. An administrator can allow it.`,
  changedSinceAllowed: (key: string) =>
    `${key} is not allowed in this project. It changed since it was allowed. An administrator can allow it.`,
  offline: (service: string, baseUrl: string) =>
    `${service} is registered as offline: it is planned with, not called. Refresh it once it answers at ${baseUrl}.`,
  notCalled: (what: string, why: string) => `${what} was not called: ${why}`,
  redirect: (service: string, status: number, target: string) =>
    `${service} answered ${status}${target ? ` and points to ${target}` : ""}; Piloto follows no redirects.`,
  failed: (service: string, status: number) => `${service} failed with ${status}`,
  refused: (service: string, status: number) => `${service} refused with ${status}`,
  unreachable: (service: string, detail: string) => `${service} could not be reached: ${detail}.`,
  cut: (service: string, detail: string, status: number | undefined) =>
    `The connection to ${service} broke${status === undefined ? "" : ` after it had answered ${status}`}: ${detail}.`,
  tooLarge: (service: string, status: number | undefined, megabytes: number) =>
    `${service} answered${status === undefined ? "" : ` ${status}`} with more than ${megabytes} MB; the rest was not read.`,
  undecodable: (service: string, status: number | undefined, detail: string) =>
    `${service} answered${status === undefined ? "" : ` ${status}`}, but ${detail}.`,
  timedOut: (service: string, status: number | undefined) =>
    `${service} did not finish its answer in time${status === undefined ? "" : ` after it had answered ${status}`}.`,
  stoppedUnderWay: (service: string) => `The call to ${service} was stopped while it was under way.`,
  stoppedUnsent: (service: string) => `The call to ${service} was stopped before it was sent.`,
};
