import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isPilotoError } from "../../core/domain/errors.ts";
import { readSettings, settingsHash } from "../../src/settings.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "piloto-settings-fleet-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(content: object, env: Record<string, string> = {}) {
  const file = path.join(folder, "settings.json");
  writeFileSync(file, JSON.stringify(content));
  return readSettings({ env: { PILOTO_SETTINGS: file, ...env }, folder });
}

function refusal(content: object): string {
  try {
    read(content);
  } catch (error) {
    if (isPilotoError(error, "SETTINGS_INVALID")) return error.message;
    throw error;
  }
  throw new Error("These settings were taken.");
}

const pc = (name: string, more: object = {}) => ({ name, url: `http://${name}:11434`, ...more });
const PCS = [pc("pc1", { labels: ["big"] }), pc("pc2", { taints: ["slow"] })];

describe("settings of the fleet", () => {
  test("describe PCs, models, shares and the endpoint", () => {
    const facts = { vramGB: 24, maxLoaded: 2, slots: 4, diskGB: 500, labels: ["big"], taints: ["slow"] };
    const rules = {
      contextTokens: 16_384,
      options: { temperature: 0 },
      slots: 2,
      pinned: ["pc1"],
      tolerations: ["slow"],
    };
    const settings = read({
      fleet: [pc("pc1", facts)],
      models: { "qwen3:8b": rules },
      projects: { shop: { fleetWeight: 3 }, lab: {} },
      endpoint: { port: 0 },
    });
    expect(settings.fleet).toEqual([pc("pc1", facts)]);
    expect(settings.models).toEqual({ "qwen3:8b": rules });
    expect(settings.projects.map(({ fleetWeight }) => fleetWeight)).toEqual([3, undefined]);
    expect(settings.endpoint).toEqual({ host: "127.0.0.1", port: 0, isWanted: true });
  });

  test("ask for no endpoint unless they say so", () => {
    expect(read({}).endpoint).toEqual({ host: "127.0.0.1", port: 7423, isWanted: false });
  });

  test("name a model without its tag, as Ollama does", () => {
    expect(read({ fleet: PCS, models: { mistral: { pinned: ["pc1"] } } }).models).toEqual({
      "mistral:latest": { pinned: ["pc1"] },
    });
  });

  test("keep what the file says of a PC whose address comes from the environment", () => {
    const settings = read(
      { fleet: PCS, models: { m: { pinned: ["pc1"], labels: ["big"] } } },
      { OLLAMA_HOSTS: "pc1=10.0.0.9" },
    );
    expect(settings.fleet).toEqual([{ name: "pc1", url: "http://10.0.0.9:11434", labels: ["big"] }]);
  });

  test("that change give another hash", () => {
    const hash = (models: object) => settingsHash(read({ fleet: PCS, models }));
    expect(hash({ m: { pinned: ["pc1"] } })).not.toBe(hash({}));
  });
});

describe("rules of a model that cannot be kept are refused with key, wanted and found", () => {
  test.each([
    [{ pinned: ["pc9"] }, 'models.m.pinned in the settings file: wanted names of PCs (pc1, pc2), found "pc9".'],
    [{ forbidden: ["pc9"] }, 'models.m.forbidden in the settings file: wanted names of PCs (pc1, pc2), found "pc9".'],
    [
      { pinned: ["pc1"], forbidden: ["pc1"] },
      'models.m.pinned in the settings file: wanted PCs that are not forbidden for it, found "pc1" in both lists.',
    ],
    [{ labels: ["huge"] }, 'models.m.labels in the settings file: wanted labels that a PC has (big), found "huge".'],
    [
      { forbidden: ["pc1"] },
      'models.m in the settings file: wanted rules that leave at least one PC, found none (pc1: it is forbidden there; pc2: it does not tolerate the taint "slow").',
    ],
    [
      { labels: ["big"], forbidden: ["pc1"], tolerations: ["slow"] },
      'found none (pc1: it is forbidden there; pc2: no label "big").',
    ],
    [
      { pinned: ["pc2"] },
      'models.m.pinned in the settings file: wanted PCs that its other rules leave, found "pc2": it does not tolerate the taint "slow".',
    ],
    [{ options: { num_ctx: 4096 } }, "wanted an option other than num_ctx (see contextTokens)"],
    [{ slots: 0 }, "models.m.slots in the settings file"],
  ])("%j", (rules, sentence) => {
    expect(refusal({ fleet: PCS, models: { m: rules } })).toContain(sentence);
  });

  test("and a model that is named twice", () => {
    expect(refusal({ fleet: PCS, models: { m: {}, "m:latest": {} } })).toContain("found another entry for m:latest");
  });

  test("a wrong number or option is told with what was wanted and what was found", () => {
    expect(refusal({ fleet: PCS, contextTokens: 1 })).toMatch(
      /^contextTokens in .*wanted number to be >=512, found 1\.$/,
    );
    expect(refusal({ fleet: PCS, models: { m: { options: { temperature: "hot" } } } })).toMatch(
      /^models\.m\.options\.temperature in .*: wanted a number, or true or false, found "hot"\.$/,
    );
  });
});
