import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";

export interface PostgresServer {
  /** A new, empty database on it. */
  newDatabase(): Promise<string>;
  stop(): void;
  /** Kills the server as a crash would, and starts it again. */
  crash(): void;
}

/**
 * A real server: the one that PILOTO_TEST_POSTGRES_URL names, or a throw-away one (fsync on, loopback) when PostgreSQL is installed here; `undefined` when neither is.
 */
export async function postgresServer(): Promise<PostgresServer | undefined> {
  const url = process.env.PILOTO_TEST_POSTGRES_URL;
  if (url) return { newDatabase: () => createDatabase(url), stop: () => undefined, crash: () => undefined };
  const bin = installedBin();
  return bin ? startServer(bin) : undefined;
}

export function hasPostgres(): boolean {
  return process.env.PILOTO_TEST_POSTGRES_URL !== undefined || installedBin() !== undefined;
}

function installedBin(): string | undefined {
  const root = "/usr/lib/postgresql";
  if (!existsSync(root)) return undefined;
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => path.join(root, version, "bin")).find((bin) => existsSync(path.join(bin, "initdb")));
}

async function startServer(bin: string): Promise<PostgresServer> {
  // In memory where there is such a place: syncing is on and asked for, but the disk of the machine is not tested here.
  const folder = mkdtempSync(path.join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "piloto-postgres-"));
  const data = path.join(folder, "data");
  const port = await freePort();
  const asServer = serverUser(folder);
  const run = (program: string, ...args: string[]) => {
    const [command = "", ...rest] = [...asServer, path.join(bin, program), ...args];
    // Output goes nowhere: a server that inherits a pipe would keep it open for ever.
    execFileSync(command, rest, { stdio: "ignore", cwd: folder });
  };
  run("initdb", "-D", data, "-U", "piloto", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8");
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder} -c fsync=on`;
  const start = () => run("pg_ctl", "-D", data, "-w", "-o", options, "-l", path.join(folder, "log"), "start");
  start();
  return {
    newDatabase: () => createDatabase(`postgres://piloto@127.0.0.1:${port}/postgres`),
    stop() {
      run("pg_ctl", "-D", data, "-w", "-m", "fast", "stop");
      rmSync(folder, { recursive: true, force: true });
    },
    crash() {
      run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop");
      start();
    },
  };
}

/** PostgreSQL refuses to run as root: then it runs as `nobody`, who gets the folder. */
function serverUser(folder: string): string[] {
  if (process.getuid?.() !== 0) return [];
  chmodSync(folder, 0o755);
  execFileSync("chown", ["nobody", folder]);
  const hasRunuser = spawnSync("runuser", ["--version"]).status === 0;
  return hasRunuser ? ["runuser", "-u", "nobody", "--"] : ["setpriv", "--reuid=nobody", "--clear-groups"];
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

async function createDatabase(url: string): Promise<string> {
  const name = `piloto_${Date.now().toString(36)}_${Math.random().toString(36).slice(2, 8)}`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const made = new URL(url);
  made.pathname = `/${name}`;
  return made.href;
}
