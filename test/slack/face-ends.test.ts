import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createSlackFace } from "../../bots/slack/slack-face.ts";
import { systemClock } from "../../src/clock.ts";
import { silentLogger } from "../support/silent-logger.ts";

test("a face that found its port taken lets go of the core when it ends", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const listening = new Set<unknown>();
  const onCommit = (listener: () => void) => {
    listening.add(listener);
    return () => void listening.delete(listener);
  };
  const deps = { stores: { onCommit }, clock: systemClock(), logger: silentLogger(), language: "en" };
  const { port } = taken.address() as AddressInfo;
  const listen = { host: "127.0.0.1", port };
  const face = createSlackFace(
    { mode: "http", botToken: "xoxb-1", signingSecret: "secret", listen, places: [] },
    deps as never,
  );
  face.attach({} as never);
  await expect(face.start()).rejects.toMatchObject({ code: "PORT_IN_USE" });
  await face.stop(200);
  expect([...listening]).toEqual([]);
  await new Promise((resolve) => taken.close(resolve));
});
