// Gives the browser's own code (built beforehand) a vault's folder; prints what it found as JSON.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [built, what, root, identityFile, cameraId, out] = process.argv.slice(2);
const core = await import(pathToFileURL(built).href);

const folder = {
  list: (name) => fs.readdirSync(path.join(root, name)).sort(),
  read: (name) => new Uint8Array(fs.readFileSync(path.join(root, name))),
  write: (name, bytes) => fs.writeFileSync(path.join(out, name), bytes),
};
const answer =
  what === "identity"
    ? await core.makeIdentity()
    : await core.readVault(folder, fs.readFileSync(identityFile, "utf8").trim(), cameraId);
console.log(JSON.stringify(answer));
