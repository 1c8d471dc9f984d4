import { type AccountId, asId } from "../../core/domain/ids.ts";
import { openSqlite } from "../../storage/index.ts";
import { RACERS, type Told, takePart } from "./race.ts";

// One process of the races: FOLDER FACE RACES. Says `ready`, waits for a line, takes part in every race, tells.
const [folder, face, races] = process.argv.slice(2);
const stores = await openSqlite({ folder: folder! });
console.log("ready");
await new Promise((resolve) => process.stdin.once("data", resolve));
const told: Told[] = [];
const AT_ONCE = 64;
let random = face!.length * 7919;
const next = (below: number) => {
  random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((random / 2_147_483_648) * below);
};
for (let from = 0; from < Number(races); from += AT_ONCE) {
  const group = Array.from({ length: Math.min(AT_ONCE, Number(races) - from) }, (_, i) => from + i);
  const parts = group.map((n) => {
    const by = asId<AccountId>(`${face}:${next(2) === 0 ? "ana" : "ben"}`);
    return takePart(stores, `race-${n}`, RACERS[next(RACERS.length)]!, by);
  });
  told.push(...(await Promise.all(parts)));
}
await stores.close();
process.stdin.unref();
console.log(JSON.stringify(told));
