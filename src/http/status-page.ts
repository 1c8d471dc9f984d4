import type { HouseState, NodeState } from "./house-state.ts";

/** One small page, without scripts: what this is, and how it stands at this moment. */
export function statusPage(state: HouseState): string {
  const headline = state.isReady ? "Piloto is ready" : "Piloto is not ready yet";
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${headline}</title>
<style>${STYLE}</style>
<main>
<p class="mark ${state.isReady ? "up" : "down"}">${state.isDemo ? "Demo" : "Running"} · ${escapeHtml(state.version)}</p>
<h1>${headline}</h1>
<p>An operator for your team chat: it proposes a plan, a person confirms it, and exactly that runs.</p>
<dl>
${row("Store", state.storage, state.storage === "ok")}
${row("Core", state.core, state.core === "started")}
${state.faces.map((face) => row(NAMES[face.face] ?? face.face, face.why ?? face.state, face.state === "connected")).join("\n")}
${state.queue ? row("Runs", `${state.queue.held} at work, ${state.queue.waiting} waiting`, true) : ""}
${state.fleet.map((node) => row(node.name, nodeState(node), node.health !== "down")).join("\n")}
</dl>
<p class="quiet">For machines: <a href="/healthz">/healthz</a> and <a href="/readyz">/readyz</a>.
People talk to Piloto in a chat: <code>piloto chat</code>.</p>
</main>
</html>
`;
}

const NAMES: Readonly<Record<string, string>> = { slack: "Slack", discord: "Discord" };

const nodeState = ({ health, reason, isDrained, isOnTrial }: NodeState) =>
  [reason ?? health, ...(isDrained ? ["drained"] : []), ...(isOnTrial ? ["on trial"] : [])].join(", ");

function row(name: string, value: string, isWell: boolean): string {
  return `<div><dt>${escapeHtml(name)}</dt><dd class="${isWell ? "up" : "down"}">${escapeHtml(value)}</dd></div>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #e3e7ec; --paper: #fbfcfd; --good: #1a7f4b; --bad: #b3261e }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf1; --soft: #9aa5b4; --line: #2b333d; --paper: #12161b; --good: #5fd39a; --bad: #ff8a80 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif }
main { width: min(34rem, calc(100vw - 2.5rem)); padding: 2.5rem 0 }
h1 { margin: .2rem 0 .6rem; font-size: 2rem; letter-spacing: -.02em }
.mark { margin: 0; font-size: .85rem; color: var(--soft) }
.mark::before { content: ""; display: inline-block; width: .6rem; height: .6rem; margin-right: .5rem; border-radius: 50%; background: currentColor }
.mark.up::before { background: var(--good) } .mark.down::before { background: var(--bad) }
dl { margin: 1.6rem 0; border-top: 1px solid var(--line) }
dl div { display: flex; justify-content: space-between; gap: 1.5rem; padding: .55rem 0; border-bottom: 1px solid var(--line) }
dt { color: var(--soft) } dd { margin: 0; text-align: right } dd.up { color: var(--good) } dd.down { color: var(--bad) }
.quiet { color: var(--soft); font-size: .9rem } a { color: inherit }
`;
