import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** Holds all that a test writes once there is room. */
const ROOMY_BYTES = 64 * 1024 * 1024;

/** A folder whose disk gets full when a test says so. */
export interface SmallDisk {
  /** How it is done here, for the names of tests. */
  readonly how: "a tmpfs" | "ulimit -f";
  /**
   * Leaves so much room beyond what lies there now.
   * @returns a shell line for `Place.limited`: what runs under it meets the limit
   */
  leave(bytes: number): string;
  makeRoom(): void;
  /** Ends the disk, even while a program still has a file open on it. Twice does no harm. */
  remove(): void;
}

/** Makes the folder: a file system of its own where this user may mount one, else files there may grow no further. */
export function smallDisk(folder: string): SmallDisk {
  mkdirSync(folder);
  return mayMount() ? tmpfs(folder) : fileLimit(folder);
}

function tmpfs(folder: string): SmallDisk {
  let isMounted = false;
  const remount = (bytes: number) => mount(`remount,size=${bytes}`, folder);
  mount(`size=${ROOMY_BYTES}`, folder);
  isMounted = true;
  return {
    how: "a tmpfs",
    leave(bytes) {
      const { blocks, bfree, bsize } = statfsSync(folder);
      remount((blocks - bfree) * bsize + bytes);
      return 'exec "$@"';
    },
    makeRoom: () => remount(ROOMY_BYTES),
    remove() {
      if (isMounted) execFileSync("umount", ["-l", folder]);
      isMounted = false;
    },
  };
}

/** RLIMIT_FSIZE is for each file by itself, so the largest one sets it; `ulimit -f` counts kilobytes. */
function fileLimit(folder: string): SmallDisk {
  return {
    how: "ulimit -f",
    leave(bytes) {
      const sizes = readdirSync(folder).map((name) => statSync(path.join(folder, name)).size);
      return `ulimit -f ${Math.ceil((Math.max(0, ...sizes) + bytes) / 1024)}; trap '' XFSZ; exec "$@"`;
    },
    makeRoom: () => undefined,
    remove: () => undefined,
  };
}

const mount = (options: string, folder: string) =>
  execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { stdio: "pipe" });

/** Whether this user may give a folder a file system of its own. */
export function mayMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  const probe = mkdtempSync(path.join(tmpdir(), "piloto-mount-"));
  try {
    mount("size=1m", probe);
    execFileSync("umount", ["-l", probe]);
    return true;
  } catch {
    // A container's root may lack that right.
    return false;
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}
