/**
 * A strict Slack on 127.0.0.1 for tests and benches: Web API, Socket Mode, signed HTTP deliveries, OAuth, files.
 *
 *   const slack = await startSlackServer();                        // one team T0ACME: U0ANA U0BEN U0CLEO U0DAN,
 *                                                                  // C0GENERAL, C0OPS, C0SECRET (private), bot inside
 *   const app = new App({ token: slack.botToken(), appToken: slack.appToken, socketMode: true,
 *                         clientOptions: { slackApiUrl: slack.apiUrl } });
 *   await app.start();
 *   await slack.connected();                                       // a socket is open
 *   const said = slack.mention({ channel: "C0OPS", user: "U0ANA", text: "restart ollama" });
 *   await slack.until("the card is there", () => slack.thread("C0OPS", said.ts).length > 1);
 *   const card = slack.lastPost("C0OPS");
 *   await slack.press(card, "Confirm", { user: "U0BEN" });         // by action_id or label
 *   slack.violations                                               // must be [] at the end of a suite
 *
 * Modals: `await slack.press(card, "Edit", {user})`, then `slack.modalOf(user)`, `slack.submitView(view, {block: "text"})`.
 * HTTP mode: `startSlackServer({ transport: "http" })`, then `slack.requestUrl = "http://127.0.0.1:…/slack/events"`.
 * Faults: `slack.failNext({ method: "chat.postMessage", how: "5xx-after" })`, `slack.chaos({ seed, rates })`, `slack.calm()`.
 * Sockets: `slack.link.disconnect("refresh_requested")`, `.cut()`, `.silence(true)`, `.open`.
 * Time: real, plus what `slack.advance(ms)` adds (triggers 3 s, response URLs 30 min, idle streams 5 min).
 * OAuth: teams with `installed: false`; `slack.approveInstall(authorizeUrl, {team, user})` gives the redirect to fetch.
 * Judges: `problemsIn(payload, surface)` in check-blocks.ts, `noticesIn(message)` in notices-in.ts (mentions, masked links).
 * Pictures: htmlOfThread / htmlOfMessage / htmlOfView / htmlOfPage in render-blocks.ts, `openPictures()` in ../pictures.ts.
 * Buttons of an older card: `const old = slack.snapshot(card)` before it changes, then press `old`.
 * An app that is away loses events after the retries; with Slack's own delays (0, 1 min, 5 min) `quiet()` waits long,
 * so tests set `retryDelaysMs`.
 * Waiting: `slack.until(what, isSo)` looks again after everything that happens here, without polling;
 * `slack.quiet()` waits until nothing is being delivered.
 */

export { buttonLabels } from "./find-element.ts";
export type { OpenView } from "./open-views.ts";
export { SLACK_LIMITS } from "./rate-limits.ts";
export type { SlackServer, SlackServerOptions } from "./server-shape.ts";
export { startSlackServer } from "./start.ts";
export type { EphemeralMessage, SlackMessage } from "./world.ts";
