import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { root, runProgram } from "./run-program.ts";

/** What `pm2 start ecosystem.config.js` does with the file before it starts anything, in a process of its own. */
const READ_BY_PM2 = `
  const { readFileSync } = require("node:fs");
  const Common = require("pm2/lib/Common.js");
  const file = "ecosystem.config.js";
  const config = Common.parseConfig(readFileSync(file), file);
  const apps = Common.verifyConfs(config.apps ?? config);
  console.log(JSON.stringify(apps.map(({ name, script, args, exec_mode }) => ({ name, script, args, exec_mode }))));
`;

test("pm2 finds Piloto in ecosystem.config.js", async () => {
  const { stdout, stderr, code } = await runProgram(["--no-warnings", "-e", READ_BY_PM2]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const apps = JSON.parse(stdout);
  expect(apps).toEqual([
    { name: "piloto", script: "bin/piloto.js", args: ["start", "--no-chat"], exec_mode: "fork_mode" },
  ]);
  expect(existsSync(path.join(root, apps[0].script))).toBe(true);
});
