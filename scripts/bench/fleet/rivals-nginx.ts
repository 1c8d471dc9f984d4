import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { startListening } from "./rivals-ready.ts";
import type { RunningSystem, SystemOptions } from "./systems.ts";
import { startProgram } from "./systems-child.ts";

/**
 * nginx with least_conn over all PCs. It cannot read a model's name, but it learns which PC has the model on its disk:
 * a PC without it answers 404 at once, and the next one is asked (which counts as no failure of the PC). So the
 * connections of all models are counted together, as they should be. One process: it counts alone.
 */
export async function startNginx(options: SystemOptions): Promise<RunningSystem> {
  const file = path.join(options.folder, "nginx.conf");
  mkdirSync(path.join(options.folder, "nginx"), { recursive: true });
  return startListening((port) => {
    writeFileSync(file, nginxConfig(port, options));
    return startProgram("/usr/sbin/nginx", ["-p", options.folder, "-c", file, "-e", "stderr"], { isQuiet: true });
  });
}

/** Ten minutes for an answer, as guides to Ollama behind nginx advise: it must outlast a queue and a load. */
const READ_TIMEOUT_S = 600;

export function nginxConfig(port: number, { pcs, folder, scale }: SystemOptions): string {
  const ms = (seconds: number) => `${Math.max(1, Math.round((seconds * 1000) / scale))}ms`;
  const temp = (name: string) => `${name}_temp_path ${path.join(folder, "nginx", name)};`;
  // fail_timeout knows whole seconds only: the shortest there is.
  const servers = pcs.map((pc) => `    server 127.0.0.1:${pc.port} max_fails=1 fail_timeout=1s;`);
  return `daemon off;
master_process off;
pid ${path.join(folder, "nginx.pid")};
error_log stderr crit;
events { worker_connections 10000; }
http {
  access_log off;
  ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(temp).join("\n  ")}
  client_max_body_size 64m;
  client_body_buffer_size 1m;
  keepalive_requests 1000000;
  upstream pcs {
    zone pcs 1m;
    least_conn;
${servers.join("\n")}
    keepalive 256;
    keepalive_requests 1000000;
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://pcs;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
      proxy_connect_timeout ${ms(2)};
      proxy_send_timeout ${ms(READ_TIMEOUT_S)};
      proxy_read_timeout ${ms(READ_TIMEOUT_S)};
      proxy_next_upstream error timeout http_404 http_502 http_503 http_504 non_idempotent;
    }
  }
}
`;
}
