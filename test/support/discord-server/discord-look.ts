/** Discord's dark look, for pictures only: https://discord.com/branding names the colours of the brand. */
export const DISCORD_LOOK = `
:root { color-scheme: dark; --page:#313338; --card:#2b2d31; --line:#3f4147; --text:#dbdee1; --strong:#f2f3f5; --muted:#949ba4;
  --link:#00a8fc; --brand:#5865f2; --code:#1e1f22; --green:#248046; --red:#da373c; --grey:#4e5058; }
* { box-sizing: border-box; margin: 0; }
body { background: var(--page); color: var(--text); font: 16px/1.375 "gg sans","Noto Sans","Liberation Sans",Helvetica,Arial,sans-serif;
  width: 760px; padding: 0 0 20px; -webkit-font-smoothing: antialiased; }
svg.emoji { width: 1.3em; height: 1.3em; vertical-align: -0.28em; }
.bar { display:flex; align-items:center; gap:8px; height:48px; padding:0 16px; border-bottom:1px solid #26282c; color:var(--strong);
  font-weight:600; box-shadow:0 1px 0 rgba(0,0,0,.2); }
.bar .hash { color:#80848e; font-size:22px; font-weight:400; } .bar .of { color:var(--muted); font-weight:400; }
.message { position:relative; padding:2px 48px 2px 72px; margin-top:17px; min-height:44px; }
.avatar { position:absolute; left:16px; top:2px; width:40px; height:40px; border-radius:50%; display:grid; place-items:center;
  color:#fff; font-weight:600; font-size:18px; }
.who { font-weight:500; color:var(--strong); line-height:1.375; } .who .name { font-weight:600; }
.tag { display:inline-block; background:var(--brand); color:#fff; font-size:10px; font-weight:600; line-height:15px; padding:0 4px;
  border-radius:3px; margin-left:4px; vertical-align:1px; letter-spacing:.02em; }
.when { color:var(--muted); font-size:12px; font-weight:400; margin-left:6px; } .edited { color:var(--muted); font-size:10px; }
.reply { position:relative; display:flex; align-items:center; gap:5px; color:#b5bac1; font-size:14px; line-height:18px; margin-bottom:4px; white-space:nowrap; overflow:visible; }
.reply > .md { overflow:hidden; text-overflow:ellipsis; } .reply .md div { display:inline; } .reply b { color:var(--text); font-weight:600; }
.reply .avatar { position:static; flex:none; width:16px; height:16px; font-size:9px; }
.reply::before { content:""; position:absolute; left:-36px; top:8px; width:30px; height:12px; border-left:2px solid #4e5058;
  border-top:2px solid #4e5058; border-top-left-radius:6px; }
.answers > .avatar { top:26px; }
.mine { background:rgba(250,166,26,.08); box-shadow:inset 2px 0 #f0b232; }
.md { overflow-wrap:anywhere; } .md h1 { font-size:24px; line-height:1.25; margin:12px 0 8px; color:var(--strong); }
.md h2 { font-size:20px; line-height:1.25; margin:10px 0 6px; color:var(--strong); }
.md h3 { font-size:16px; line-height:1.375; margin:6px 0 4px; color:var(--strong); }
.md h1:first-child,.md h2:first-child,.md h3:first-child { margin-top:0; }
.md b { font-weight:700; color:var(--strong); } .md small { display:block; font-size:13px; color:var(--muted); line-height:1.4; }
.md .blank { height:10px; } .md ul,.md ol { padding-left:22px; margin:2px 0; } .md li.in2 { margin-left:18px; }
.md blockquote { border-left:4px solid #4e5058; border-radius:4px; padding:0 8px 0 12px; }
.md code { font:14px/1.3 "gg mono","Liberation Mono",monospace; background:var(--code); border-radius:4px; padding:1px 4px; }
.md pre { background:var(--card); border:1px solid #1e1f22; border-radius:4px; padding:8px; margin:6px 0; white-space:pre-wrap; }
.container .md pre { background:#1e1f22; } .md pre code { background:none; padding:0; display:block; }
.md a { color:var(--link); } .mention { background:rgba(88,101,242,.3); color:#c9cdfb; border-radius:3px; padding:0 2px; font-weight:500; }
.time { background:rgba(255,255,255,.06); border-radius:3px; padding:0 2px; } .spoiler { background:#1e1f22; color:transparent; border-radius:4px; }
.parts { display:flex; flex-direction:column; gap:8px; margin-top:4px; }
.container { display:flex; flex-direction:column; gap:8px; background:var(--card); border:1px solid var(--line); border-radius:8px; padding:16px;
  max-width:600px; position:relative; overflow:hidden; } .container.accent { padding-left:20px; }
.container .accent-bar { position:absolute; left:0; top:0; bottom:0; width:4px; }
.separator { height:1px; background:var(--line); } .separator.wide { margin:8px 0; } .separator.blank { background:none; }
.section { display:flex; gap:16px; align-items:flex-start; } .section > .texts { flex:1; display:flex; flex-direction:column; gap:4px; }
.row { display:flex; flex-wrap:wrap; gap:8px; }
.button { display:inline-flex; align-items:center; gap:6px; min-height:32px; padding:2px 16px; border-radius:8px; color:#fff; font-size:14px;
  font-weight:500; background:var(--grey); } .button.s1 { background:var(--brand); } .button.s3 { background:var(--green); }
.button.s4 { background:var(--red); } .button.off { opacity:.5; } .button svg { width:14px; height:14px; }
.select { width:100%; max-width:400px; display:flex; justify-content:space-between; align-items:center; background:#1e1f22; border:1px solid #1e1f22;
  border-radius:8px; padding:9px 12px; color:#87898c; font-size:15px; } .select .set { color:var(--text); }
.chevron { width:10px; height:10px; border-right:2px solid #b5bac1; border-bottom:2px solid #b5bac1; transform:rotate(45deg) translate(-3px,-3px); }
.file { display:flex; align-items:center; gap:12px; background:#2b2d31; border:1px solid var(--line); border-radius:8px; padding:14px; max-width:430px; }
.container .file { background:#313338; } .file .name { color:var(--link); } .file .size { color:var(--muted); font-size:12px; }
.file svg { width:28px; height:36px; flex:none; }
.embed { border-left:4px solid #1e1f22; background:var(--card); border-radius:4px; padding:10px 16px; max-width:520px; }
.private { color:var(--muted); font-size:12px; margin-top:6px; } .private a { color:var(--link); }
.loading { color:var(--muted); } .dots i { display:inline-block; width:6px; height:6px; border-radius:50%; background:#b5bac1; margin-right:4px; }
.thread-link { margin-top:8px; background:var(--card); border-radius:6px; padding:8px 12px; display:inline-block; font-size:14px; }
.thread-link b { color:var(--strong); } .thread-link span { color:var(--link); margin-left:8px; font-weight:600; font-size:13px; }
.system { color:var(--muted); padding-left:72px; margin-top:14px; font-size:15px; } .system b { color:var(--strong); }
.backdrop { background:#1a1b1e; padding:36px 0; min-height:160px; margin-bottom:-20px; display:grid; place-items:center; }
.modal { width:480px; background:#313338; border-radius:10px; overflow:hidden; box-shadow:0 12px 36px rgba(0,0,0,.5); }
.modal .head { display:flex; align-items:center; gap:12px; padding:20px 20px 4px; }
.modal .head .avatar { position:static; width:28px; height:28px; font-size:13px; } .modal .title { font-size:20px; font-weight:700; color:var(--strong); }
.modal .fields { padding:12px 20px 20px; display:flex; flex-direction:column; gap:18px; }
.field .label { font-weight:600; color:var(--strong); font-size:15px; } .field .label em { color:#f23f42; font-style:normal; margin-left:3px; }
.field .hint { color:#b5bac1; font-size:13px; margin-top:1px; } .field .input,.field .select { margin-top:7px; max-width:none; }
.input { position:relative; background:#1e1f22; border:1px solid #111214; border-radius:8px; padding:9px 12px; color:var(--text); white-space:pre-wrap;
  overflow-wrap:anywhere; font-size:15px; min-height:42px; } .input.tall { min-height:112px; padding-bottom:24px; } .input.empty { color:#87898c; }
.input .count { position:absolute; right:10px; bottom:6px; font-size:12px; color:var(--muted); }
.choice { display:flex; gap:10px; align-items:flex-start; margin-top:8px; } .choice .dot { width:20px; height:20px; border:2px solid #b5bac1; border-radius:50%; flex:none; }
.choice .dot.box { border-radius:5px; } .choice .dot.on { background:var(--brand); border-color:var(--brand); } .choice .hint { margin:0; }
.modal .foot { display:flex; justify-content:flex-end; gap:8px; padding:14px 20px; background:#2b2d31; } .modal .foot .button { min-height:38px; padding:2px 20px; }
`;

/** A page that a browser shows as Discord would. */
export const page = (inside: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><style>${DISCORD_LOOK}</style></head><body>${inside}</body></html>`;
