import { BlockList, isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { PilotoError } from "../../core/domain/errors.ts";

/** Documents name addresses too, of any length. */
export const MAX_ADDRESS = 2_000;

/**
 * An address as a person types it, as the base of a service: `https` (plain `http` for this machine and private
 * networks) where no scheme was given; without trailing slash, query, fragment. The URL parser has written odd
 * spellings of IP addresses (decimal, octal, short) out in full, so that what is shown is what is called.
 * @throws PilotoError URL_NOT_ALLOWED
 */
export function normaliseBaseUrl(typed: string): string {
  if (typed.length > MAX_ADDRESS) throw refused(typed, `it is longer than ${MAX_ADDRESS} characters`);
  const trimmed = typed.trim();
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `${defaultScheme(trimmed)}://${trimmed}`;
  if (trimmed === "" || !URL.canParse(withScheme)) throw refused(typed, "it is no address");
  const url = new URL(withScheme);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw refused(typed, `"${url.protocol}" is neither http nor https`);
  if (url.username !== "" || url.password !== "") {
    throw refused(typed, "it carries a user name or password; register those as the service's secret instead");
  }
  const reason = forbiddenAddress(literalOf(url.hostname));
  if (reason) throw refused(typed, reason);
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

function refused(typed: string, why: string): PilotoError {
  const shown = typed
    .slice(0, MAX_ADDRESS)
    .replace(/[\u0000-\u001f\u007f]/g, "")
    .replace(/\/\/[^/@]*@/, "//…@")
    .slice(0, 120);
  return new PilotoError(
    "URL_NOT_ALLOWED",
    `"${shown}" cannot be a service's address: ${why}. Give one like https://host/base.`,
  );
}

function defaultScheme(typed: string): "http" | "https" {
  const host = URL.canParse(`http://${typed}`) ? new URL(`http://${typed}`).hostname : "";
  const isNear =
    host === "localhost" || host.endsWith(".localhost") || !host.includes(".") || isPrivate(literalOf(host));
  return isNear ? "http" : "https";
}

/** The IP address that a URL's host is, without brackets; `undefined` for a name. */
export function literalOf(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, "");
  return isIP(bare) === 0 ? undefined : bare;
}

const PRIVATE_RANGES = new Set(["loopback", "private", "uniqueLocal", "carrierGradeNat"]);
const FORBIDDEN_RANGES = new Set([
  "unspecified",
  "broadcast",
  "multicast",
  "linkLocal",
  "reserved",
  "rfc6145",
  "rfc6052",
  "6to4",
  "teredo",
  "as112v4",
  "as112v6",
  "orchid2",
  "deprecatedOrchid",
  "amt",
]);
/** Where clouds keep their machines' credentials, outside the link-local range that is refused as a whole. */
const METADATA = new BlockList();
METADATA.addAddress("fd00:ec2::254", "ipv6");
METADATA.addAddress("100.100.100.200");

/** Loopback and private networks: fine when an administrator registered them. */
function isPrivate(address: string | undefined): boolean {
  return address !== undefined && PRIVATE_RANGES.has(ipaddr.process(address).range());
}

/** Why no service may live at an IP address (link-local with its cloud metadata, multicast, translated…), registered or not. */
export function forbiddenAddress(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  const read = ipaddr.process(address);
  const range = read.range();
  if (FORBIDDEN_RANGES.has(range)) return `${address} is a ${range} address`;
  const plain = read.toString();
  return METADATA.check(plain, read.kind()) ? `${address} serves a cloud's metadata` : undefined;
}
