import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isPilotoError } from "../../core/domain/errors.ts";
import { readSettings, settingsHash } from "../../src/settings.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "piloto-settings-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (env: Record<string, string> = {}) => readSettings({ env, folder });
const file = (content: unknown, name = "settings.json") => {
  const place = path.join(folder, name);
  writeFileSync(place, typeof content === "string" ? content : JSON.stringify(content));
  return place;
};

function refusal(env: Record<string, string>): string {
  try {
    read(env);
  } catch (error) {
    if (isPilotoError(error, "SETTINGS_INVALID")) return error.message;
    throw error;
  }
  throw new Error("These settings were taken.");
}

describe("settings", () => {
  test("with nothing configured are the demo's, on the loopback, in a folder of its own", () => {
    const settings = read();
    expect(settings).toMatchObject({ isDemo: true, host: "127.0.0.1", port: 7420, language: "en" });
    expect(settings.dataFolder).toBe(path.join(folder, ".data", "demo"));
  });

  test("with a PC are no demo, and the person at the terminal may do everything in the one project", () => {
    const settings = read({ OLLAMA_HOSTS: "http://10.0.0.5:11434" });
    expect(settings.isDemo).toBe(false);
    expect(settings.dataFolder).toBe(path.join(folder, ".data"));
    expect(settings.projects.map(({ project }) => project.access.confirm)).toEqual([["terminal:*"]]);
  });

  test("take PCs with and without names, schemes and ports", () => {
    const { fleet } = read({
      OLLAMA_HOSTS: "pc1=http://10.0.0.5:11434, 10.0.0.6, big=gpu.lan:9000 ,https://far.example",
    });
    expect(fleet).toEqual([
      { name: "pc1", url: "http://10.0.0.5:11434" },
      { name: "10.0.0.6", url: "http://10.0.0.6:11434" },
      { name: "big", url: "http://gpu.lan:9000" },
      { name: "far.example", url: "https://far.example" },
    ]);
  });

  test("that are empty in .env are not set, as in the environment", () => {
    writeFileSync(path.join(folder, ".env"), "SLACK_BOT_TOKEN=\nSLACK_SIGNING_SECRET=\nDISCORD_TOKEN=\nPILOTO_PORT=\n");
    expect(read({})).toMatchObject({ port: 7420, slack: undefined, discord: undefined });
    const { slack } = read({ SLACK_BOT_TOKEN: "xoxb-1" });
    expect(slack?.tokens).toEqual({ bot: "xoxb-1" });
  });

  test("in the environment win over .env, and .env over the settings file", () => {
    writeFileSync(path.join(folder, ".env"), "PILOTO_PORT=7002\nPILOTO_HOST=127.0.0.2\n");
    const place = file({ port: 7003, host: "127.0.0.3", model: "from-file" });
    const settings = read({ PILOTO_SETTINGS: place, PILOTO_PORT: "7001" });
    expect(settings).toMatchObject({ port: 7001, host: "127.0.0.2", model: "from-file" });
  });

  test("name projects with the people who may, and nobody else", () => {
    const place = file({
      fleet: [{ name: "pc1", url: "http://10.0.0.5:11434" }],
      defaultProject: "shop",
      projects: {
        lab: {},
        shop: { access: { propose: ["terminal:*"], confirm: ["slack:U1"] }, limits: { stepsPerPlan: 3 } },
      },
    });
    const settings = read({ PILOTO_SETTINGS: place });
    const shop = settings.projects.find(({ project }) => project.id === settings.defaultProject)!.project;
    expect(shop.access).toEqual({ propose: ["terminal:*"], confirm: ["slack:U1"], administer: [] });
    expect(shop.limits).toMatchObject({ stepsPerPlan: 3, callsPerHour: 1000 });
  });

  test("count an empty variable as absent", () => {
    expect(read({ PILOTO_PORT: "", OLLAMA_HOSTS: "" })).toMatchObject({ port: 7420, isDemo: true });
  });

  test("give the same hash for the same settings, another for others, and hold no password", () => {
    const [one, other] = ["one", "other"].map((word) => `postgres://piloto:${word}@db/piloto`);
    const with_ = (env: Record<string, string>) => settingsHash(read({ OLLAMA_HOSTS: "http://a", ...env }));
    expect(with_({ PILOTO_DATABASE_URL: one! })).toBe(with_({ PILOTO_DATABASE_URL: other! }));
    expect(with_({})).not.toBe(with_({ PILOTO_PORT: "1" }));
  });
});

describe("bad settings get one sentence with the key, what was wanted and what was found", () => {
  test.each([
    [{ PILOTO_PORT: "seventy" }, 'PILOTO_PORT in the environment: wanted a port from 0 to 65535, found "seventy".'],
    [{ PILOTO_PORT: "70000" }, 'wanted a port from 0 to 65535, found "70000"'],
    [{ PILOTO_LANGUAGE: "fr" }, 'PILOTO_LANGUAGE in the environment: wanted one of en, es, found "fr".'],
    [{ PILOTO_PROT: "1" }, "PILOTO_PROT is not a setting of Piloto. There are: PILOTO_DATA_DIR,"],
    [{ OLLAMA_HOSTS: "ftp://pc1" }, "OLLAMA_HOSTS in the environment: wanted a list such as pc1=http://"],
    [{ PILOTO_SETTINGS: "nowhere.json" }, "there is no such file"],
  ])("%j", (env, sentence) => {
    expect(refusal(env as unknown as Record<string, string>)).toContain(sentence);
  });

  test("never the password of a database", () => {
    const message = refusal({ PILOTO_DATABASE_URL: "mysql://root:hunter2@db" });
    expect(message).toContain("PILOTO_DATABASE_URL");
    expect(message).not.toContain("hunter2");
  });

  test("never the password inside the address of a PC", () => {
    const message = refusal({ OLLAMA_HOSTS: "pc1=ftp://me:hunter2@10.0.0.5" });
    expect(message).toContain("pc1=ftp://(not shown)@10.0.0.5");
    expect(message).not.toContain("hunter2");
  });

  test.each([
    ["{ not json", "is not JSON"],
    [{ prot: 1 }, '"prot" in the settings file'],
    [{ projects: { shop: { limits: { stepsPerPlan: 0 } } } }, "projects.shop.limits.stepsPerPlan in the settings file"],
    [{ projects: { shop: { acess: {} } } }, '"acess" under "projects.shop"'],
    [{ projects: { shop: { access: { confirm: ["ana"] } } } }, 'wanted an account such as "terminal:ana"'],
    [
      { projects: { shop: { access: { confirm: ["discord:123/*"] } } } },
      'wanted for everybody of a Discord server "discord',
    ],
    [{ projects: { lab: {} }, defaultProject: "shop" }, 'defaultProject is "shop"; the projects are: lab'],
    [{ fleet: [{ name: "pc1", url: "not a url" }] }, "fleet.0.url"],
  ])("in the file: %j", (content, sentence) => {
    expect(refusal({ PILOTO_SETTINGS: file(content) })).toContain(sentence);
  });
});
