import { type AddressInfo, createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createEgress } from "../../src/tools/egress.ts";
import { type Loopback, loopback } from "./house.ts";

let service: Loopback;
let hosts: string[];
beforeEach(async () => {
  hosts = [];
  service = await loopback((request, response) => {
    hosts.push(request.headers.host!);
    response.end("ok");
  });
});
afterEach(() => service.stop());

const port = () => new URL(service.url).port;
const request = (origin: string, pin = "service 1") => ({
  pin,
  origin,
  method: "GET",
  path: "/",
  headers: {},
  maxBytes: 1000,
  signal: AbortSignal.timeout(5000),
});
/** A name server that gives these answers one after the other, the last for ever. */
function names(...answers: string[][]) {
  const asked: string[] = [];
  return {
    asked,
    async resolve(host: string) {
      asked.push(host);
      const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
      return answer;
    },
  };
}

describe("a connection out", () => {
  test("goes to the addresses that the name had at first, however often it is asked", async () => {
    const { resolve, asked } = names(["127.0.0.1"], ["192.0.2.99"]);
    const egress = createEgress({ resolve });
    const origin = `http://shop.example:${port()}`;
    for (let n = 0; n < 3; n++)
      expect(await egress.send(request(origin))).toMatchObject({ kind: "answered", status: 200 });
    expect(asked).toEqual(["shop.example"]);
    expect(hosts).toEqual([`shop.example:${port()}`, `shop.example:${port()}`, `shop.example:${port()}`]);
  });

  test("is refused when the service is gone and its name now lies elsewhere, until a refresh", async () => {
    const { resolve } = names(["127.0.0.2"], ["127.0.0.1"]);
    const egress = createEgress({ resolve });
    const origin = `http://shop.example:${port()}`;
    expect(await egress.send(request(origin))).toMatchObject({
      kind: "failed",
      why: "forbidden",
      wasSent: false,
      detail: expect.stringContaining("refresh the service"),
    });
    expect(hosts).toEqual([]);
    expect(await egress.send(request(origin, "service 2"))).toMatchObject({ kind: "answered" });
  });

  test("without a pin looks the name up each time: so that a refresh finds a service that moved", async () => {
    const { resolve, asked } = names(["127.0.0.1"]);
    const egress = createEgress({ resolve });
    for (let n = 0; n < 2; n++) await egress.send({ ...request(`http://shop.example:${port()}`), pin: undefined });
    expect(asked).toHaveLength(2);
  });

  test.each([
    ["169.254.169.254", "linkLocal"],
    ["0.0.0.0", "unspecified"],
    ["::", "unspecified"],
    ["224.0.0.1", "multicast"],
    ["fe80::1", "linkLocal"],
    ["::ffff:169.254.169.254", "linkLocal"],
    ["64:ff9b::7f00:1", "rfc6052"],
    ["2002:7f00:1::", "6to4"],
    ["fd00:ec2::254", "metadata"],
  ])("is never made to %s, by name or by number", async (address, reason) => {
    const egress = createEgress(names([address]));
    const literal = address.includes(":") ? `[${address}]` : address;
    for (const host of ["shop.example", literal]) {
      expect(await egress.send(request(`http://${host}:${port()}`))).toMatchObject({
        kind: "failed",
        why: "forbidden",
        wasSent: false,
        detail: expect.stringContaining(reason),
      });
    }
  });

  test("leaves the addresses of a name aside that no service may have", async () => {
    const egress = createEgress(names(["fe80::1", "169.254.169.254", "127.0.0.1"]));
    expect(await egress.send(request(`http://shop.example:${port()}`))).toMatchObject({ kind: "answered" });
  });

  test("is not made to a name without an address", async () => {
    const answer = await createEgress(names([])).send(request(`http://shop.example:${port()}`));
    expect(answer).toMatchObject({ kind: "failed", why: "forbidden", detail: "shop.example has no address" });
  });

  test("is not made while the name is looked up for ever and the time runs out", async () => {
    const egress = createEgress({ resolve: () => new Promise(() => {}) });
    const answer = await egress.send({ ...request(`http://shop.example:${port()}`), signal: AbortSignal.timeout(30) });
    expect(answer).toMatchObject({ kind: "failed", why: "aborted", wasSent: false });
  });

  test("that never gets past its handshake ends with the caller's time, and nothing was sent", async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", () => resolve()));
    const origin = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const startMs = performance.now();
    const answer = await createEgress().send({ ...request(origin), method: "POST", signal: AbortSignal.timeout(50) });
    expect(answer).toMatchObject({ kind: "failed", why: "aborted", wasSent: false });
    expect(performance.now() - startMs).toBeLessThan(3000);
    silent.close();
  });

  test("by https to a place that speaks plain http sends nothing", async () => {
    const answer = await createEgress().send(request(service.url.replace("http:", "https:")));
    expect(answer).toMatchObject({ kind: "failed", why: "unreachable", wasSent: false });
    expect(answer).toMatchObject({ detail: expect.stringContaining("no secure connection came about") });
    expect(hosts).toEqual([]);
  });

  test("is not made to a name that nobody knows", async () => {
    const unknown = Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" });
    const egress = createEgress({ resolve: () => Promise.reject(unknown) });
    expect(await egress.send(request(`http://shop.example:${port()}`))).toMatchObject({
      kind: "failed",
      why: "unreachable",
      wasSent: false,
      detail: "its name is not known",
    });
  });

  test("is closed after its answer, so that no later request can go into a dead one", async () => {
    const egress = createEgress();
    await egress.send(request(service.url));
    const open = () => new Promise<number>((resolve) => service.server.getConnections((_, count) => resolve(count)));
    await vi.waitFor(async () => expect(await open()).toBe(0));
  });
});
