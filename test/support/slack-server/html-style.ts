/** How pages look: a light, quiet chat. Only fonts that every system has a stand-in for. */
export const PAGE_STYLE = `
*{box-sizing:border-box}
body{margin:0;background:#fff;color:#1d1c1d;font:15px/1.46 Lato,"Helvetica Neue",Arial,"Liberation Sans",sans-serif;-webkit-font-smoothing:antialiased}
main{padding:14px 0 18px}
a{color:#1264a3;text-decoration:none}
b{font-weight:700}
code{font:12px/1.5 "SF Mono",Menlo,Consolas,"Liberation Mono",monospace;color:#c01343;background:#f8f8f8;border:1px solid #e3e3e3;border-radius:3px;padding:1px 3px;overflow-wrap:anywhere}
pre{font:12px/1.5 "SF Mono",Menlo,Consolas,"Liberation Mono",monospace;background:#f8f8f8;border:1px solid #e3e3e3;border-radius:6px;padding:8px 10px;margin:4px 0;white-space:pre-wrap;overflow-wrap:anywhere}
blockquote{margin:2px 0;padding-left:12px;border-left:4px solid #ddd}
h4{margin:6px 0 2px;font-size:16px}
hr.block{border:0;border-top:1px solid #e4e4e4;margin:12px 0}
.bar{display:flex;gap:12px;align-items:baseline;padding:13px 20px;border-bottom:1px solid #e4e4e4;font-size:17px}
.bar span{color:#707070;font-size:13px}
.message{display:flex;gap:10px;padding:7px 20px}
.message.in-thread{padding-left:66px}
.message.in-thread .avatar{width:28px;height:28px;font-size:13px}
.message.is-private{background:#f7f7f7}
.body{flex:1;min-width:0}
.avatar{flex:none;width:36px;height:36px;border-radius:8px;color:#fff;font-weight:700;display:flex;align-items:center;justify-content:center;margin-top:3px}
.avatar.bot{background:linear-gradient(140deg,#6d5df0,#3f7fe0)}
.avatar svg{width:100%;height:100%}
.head{display:flex;align-items:center;gap:7px;line-height:1.35}
.author{font-size:15px}
.app{background:#ececec;color:#616061;font-size:10px;font-weight:700;border-radius:3px;padding:1px 4px;letter-spacing:.02em}
.time{color:#707070;font-size:12px}
.private{color:#707070;font-size:12px;margin-bottom:2px}
.replies{margin:4px 20px 4px 66px;font-size:13px;color:#616061;display:flex;align-items:center;gap:10px}
.replies:after{content:"";flex:1;border-top:1px solid #e4e4e4}
.mention{background:#e8f3fb;color:#1264a3;border-radius:3px;padding:0 2px 1px}
.muted{color:#707070;font-size:13px}.small{font-size:12px}
.grow{flex:1;min-width:0}
.block{margin:6px 0;overflow-wrap:anywhere}
.body>.block:first-of-type{margin-top:2px}
.text,.details,.output{overflow-wrap:anywhere}
.section{display:flex;gap:16px;align-items:flex-start}
.fields{display:grid;grid-template-columns:1fr 1fr;gap:8px 20px;margin-top:4px}
.header{font-size:18px;font-weight:700}
.context{display:flex;flex-wrap:wrap;gap:2px 10px;color:#616061;font-size:13px}
.item{display:flex;gap:8px;padding-left:8px}
.gap{height:8px}
.bullet{color:#616061}
.actions{display:flex;flex-wrap:wrap;gap:8px;margin:9px 0 5px}
button{font:700 13px/1 Lato,"Helvetica Neue",Arial,"Liberation Sans",sans-serif;color:#1d1c1d;background:#fff;border:1px solid #c6c5c7;border-radius:8px;padding:8px 12px;min-height:30px}
button.primary{background:#007a5a;border-color:#007a5a;color:#fff}
button.danger{background:#fff;border-color:#d92649;color:#c4183c}
button.more{letter-spacing:1px}
button.round{border-radius:99px;padding:6px 8px}
.plan{border:1px solid #dcdcde;border-radius:12px;overflow:hidden;max-width:600px;background:#fff}
.plan-head{display:flex;gap:9px;align-items:center;padding:10px 14px;background:#fafafb;border-bottom:1px solid #ececee}
.plan-head b{flex:1;min-width:0}
.tasks{padding:6px 0}
.task{display:flex;gap:9px;padding:5px 14px;position:relative}
.tasks .task:not(:last-child):before{content:"";position:absolute;left:21.5px;top:25px;bottom:-6px;border-left:1.5px solid #e6e6e8}
.plan.lone{padding:5px 0}
.sign{flex:none;width:16px;height:16px;margin-top:3px;background:#fff;border-radius:50%;position:relative}
.plan-head .sign{background:transparent;margin-top:0}
.task.pending .task-title{color:#454447}
.task.in_progress .task-title{font-weight:700}
.details{color:#616061;font-size:13px;line-height:1.42}
.output{font-size:13px;line-height:1.42;background:#f6f7f8;border-radius:6px;padding:5px 9px;margin:3px 0 2px}
.task.error .output{background:#fdf1f3}
.source{font-size:12px;margin-right:8px}
.alert{display:flex;gap:10px;border-radius:8px;padding:9px 12px;background:#f4f4f5}
.alert i{flex:none;width:4px;border-radius:4px;background:#8d8c8f}
.alert.info{background:#eef6fc}.alert.info i{background:#1264a3}
.alert.warning{background:#fff7e0}.alert.warning i{background:#dd9a00}
.alert.error{background:#fdf1f3}.alert.error i{background:#d92649}
.alert.success{background:#eaf7f2}.alert.success i{background:#148567}
.container{border:1px solid #dcdcde;border-radius:10px;padding:9px 13px}
.container-head{display:flex;gap:7px}.arrow{color:#616061}.inside{margin-top:5px}
.card-title{font-weight:700}
table.block{border-collapse:separate;border-spacing:0;border:1px solid #dcdcde;border-radius:8px;overflow:hidden;font-size:14px}
td,th{padding:6px 12px;border-bottom:1px solid #ececee;border-right:1px solid #ececee;text-align:left;vertical-align:top}
tr:last-child td{border-bottom:0}td:last-child,th:last-child{border-right:0}
th,tr:first-child td{background:#fafafb;font-weight:700}
.caption{font-weight:700;margin-top:6px}
.input label{display:block;font-weight:700;margin-bottom:6px}
.hint{color:#616061;font-size:13px;margin-top:4px}
.field{border:1px solid #a9a8ab;border-radius:8px;padding:8px 11px;min-height:38px;background:#fff;overflow-wrap:anywhere}
.field.multiline{min-height:84px}
.field.select{display:flex;justify-content:space-between}
.field i{color:#616061;font-style:normal}
.placeholder{color:#8a898c}
.choice{display:flex;gap:9px;padding:3px 0}
.checkboxes,.radio_buttons{flex:none;width:16px;height:16px;border:1.5px solid #8d8c8f;border-radius:4px;margin-top:3px;display:flex}
.radio_buttons{border-radius:50%}
.on{background:#1264a3;border-color:#1264a3}
.file{display:flex;gap:10px;align-items:center;border:1px solid #dcdcde;border-radius:10px;padding:9px 13px;margin:6px 0;max-width:360px}
.sheet{width:34px;height:34px;border-radius:7px;background:#e8f3fb;color:#1264a3;display:flex;align-items:center;justify-content:center;font-weight:700}
.shade{background:#8b8a8d;padding:26px 0;margin:-14px 0 -18px;display:flex;justify-content:center}
.modal{width:520px;background:#fff;border-radius:12px;box-shadow:0 18px 48px rgba(0,0,0,.35)}
.modal-head{display:flex;gap:12px;align-items:center;padding:18px 24px 12px;font-size:20px}
.modal-head b{flex:1}.modal-head .avatar{margin:0;width:32px;height:32px}.x{color:#616061;font-size:16px}
.modal-body{padding:4px 24px 10px}.modal-body .input{margin:0 0 18px}.modal-body .context,.modal-body>.text,.modal-body>.section{margin:2px 0 16px}
.modal-foot{display:flex;justify-content:flex-end;gap:10px;padding:14px 24px 18px;border-top:1px solid #ececee}
.modal-foot button{padding:10px 16px;font-size:14px}
.home-head{display:flex;gap:11px;align-items:center;padding:4px 24px 8px;font-size:19px}
.home-head .avatar{margin:0}
.tabs{display:flex;gap:22px;padding:0 24px;border-bottom:1px solid #e4e4e4;font-size:13px;color:#616061}
.tabs b{color:#1d1c1d;padding-bottom:8px;border-bottom:2px solid #1264a3}
.home-body{padding:16px 24px;max-width:720px}
.unknown{color:#d92649}
`;
