/**
 * Discord draws emoji with its own pictures and machines without an emoji font show boxes: the signs that cards use, drawn
 * alike. Others stay as they are.
 */
const SQUARE = (fill: string, inside: string) =>
  `<rect x="1" y="1" width="34" height="34" rx="5" fill="${fill}"/>${inside}`;
const WHITE = 'fill="#fff"';
const STROKE = (colour: string) =>
  `fill="none" stroke="${colour}" stroke-width="5" stroke-linecap="round" stroke-linejoin="round"`;
const DISC = (fill: string) => `<circle cx="18" cy="18" r="16" fill="${fill}"/>`;

const PICTURES: Readonly<Record<string, string>> = {
  "✅": SQUARE("#77b255", `<path d="M9 19l6 7L27 10" ${STROKE("#fff")}/>`),
  "❌": `<path d="M7 7l22 22M29 7L7 29" ${STROKE("#dd2e44")}/>`,
  "▶": SQUARE("#3b88c3", `<path d="M12 8l15 10-15 10z" ${WHITE}/>`),
  "⏸": SQUARE("#3b88c3", `<path d="M10 9h5v18h-5zM21 9h5v18h-5z" ${WHITE}/>`),
  "⏹": SQUARE("#3b88c3", `<path d="M10 10h16v16H10z" ${WHITE}/>`),
  "⏭": SQUARE("#3b88c3", `<path d="M7 9l9 9-9 9zM16 9l9 9-9 9zM26 9h4v18h-4z" ${WHITE}/>`),
  "▫": '<rect x="10" y="10" width="16" height="16" rx="2" fill="none" stroke="#b5bac1" stroke-width="3"/>',
  "❔": `<path d="M11 12c0-9 14-9 14 0 0 6-7 5-7 11" ${STROKE("#b5bac1")}/><circle cx="18" cy="31" r="3" fill="#b5bac1"/>`,
  "❓": `<path d="M11 12c0-9 14-9 14 0 0 6-7 5-7 11" ${STROKE("#dd2e44")}/><circle cx="18" cy="31" r="3" fill="#dd2e44"/>`,
  "⚠": '<path d="M18 2L35 33H1z" fill="#ffcc4d"/><path d="M16 12h4l-1 11h-2z" fill="#231f20"/><circle cx="18" cy="27.500" r="2.200" fill="#231f20"/>',
  "⏳": '<path d="M8 2h20v4c0 7-7 8-7 12s7 5 7 12v4H8v-4c0-7 7-8 7-12S8 13 8 6z" fill="#ffe8b6"/><path d="M8 2h20v3H8zM8 31h20v3H8z" fill="#3b88c3"/><path d="M11 30c2-4 5-5 7-8 2 3 5 4 7 8zM13 10h10l-5 6z" fill="#ffac33"/>',
  "🟢": DISC("#78b159"),
  "🟡": DISC("#fdcb58"),
  "🟠": DISC("#f4900c"),
  "🔴": DISC("#dd2e44"),
  "🔵": DISC("#55acee"),
  "⚪": DISC("#e6e7e8"),
  "🔒": '<path d="M10 16v-5a8 8 0 0116 0v5h-4v-5a4 4 0 00-8 0v5z" fill="#aab8c2"/><rect x="6" y="15" width="24" height="19" rx="3" fill="#ffac33"/>',
  "📄": '<path d="M7 2h15l7 7v25H7z" fill="#e1e8ed"/><path d="M22 2l7 7h-7z" fill="#99aab5"/><path d="M11 14h14v2H11zM11 19h14v2H11zM11 24h10v2H11z" fill="#99aab5"/>',
  "📎": `<path d="M26 13l-11 12c-4 4-9-1-6-5L21 8c3-3 7 1 5 4L15 24" fill="none" stroke="#99aab5" stroke-width="3"/>`,
  "🔍": `<circle cx="15" cy="15" r="10" fill="#bdddf5" stroke="#9aaab4" stroke-width="4"/><path d="M22 22l10 10" ${STROKE("#66757f")}/>`,
  "✏": '<path d="M3 33l3-10L25 4l7 7-19 19z" fill="#ffac33"/><path d="M3 33l3-10 7 7z" fill="#ffe8b6"/><path d="M25 4l3-2 6 6-2 3z" fill="#dd2e44"/>',
  "🛑": '<path d="M11 1h14l10 10v14L25 35H11L1 25V11z" fill="#dd2e44"/><path d="M8 15h20v6H8z" fill="#fff"/>',
};

const SIGNS = new RegExp(`(${Object.keys(PICTURES).join("|")})\\uFE0F?`, "gu");

/** Text or HTML with the known signs drawn. */
export function withEmoji(html: string): string {
  return html.replace(SIGNS, (_all, sign: string) => `<svg class="emoji" viewBox="0 0 36 36">${PICTURES[sign]}</svg>`);
}
