// pm2 start ecosystem.config.js
// In an ES-module package pm2 finds apps only in a named export; `export default` silently gives none.
export const apps = [
  {
    name: "piloto",
    script: "bin/piloto.js",
    args: "start --no-chat",
    exec_mode: "fork",
    // One process owns a data folder; a second one would be refused.
    instances: 1,
    autorestart: true,
    exp_backoff_restart_delay: 200,
    // Wrong settings (2) and data or port in use (6) do not heal by themselves: see docs/commands.md.
    stop_exit_codes: [2, 6],
    // Piloto finishes or hands back what is under way within 10 s of SIGINT.
    kill_timeout: 15_000,
    max_memory_restart: "1G",
    time: true,
  },
];
