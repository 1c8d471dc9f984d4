import { takeOwnership } from "../../storage/own-folder.ts";

takeOwnership(process.argv[2]!);
console.log("held");
setInterval(() => undefined, 60_000);
