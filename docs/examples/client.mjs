// A Mohur client for Node.js 20 without packages, written from docs/spec/wire.md alone.
//   node client.mjs URL SEED SENDER ASSET SOURCE TARGET AMOUNT
//   node client.mjs --print CHAIN_ID VALID_UNTIL CLIENT_REF SEED SENDER ASSET SOURCE TARGET AMOUNT
// SEED: 32 bytes hex (Ed25519). SENDER, SOURCE, TARGET: bech32m, or 16 bytes hex. AMOUNT: units.
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign } from "node:crypto";

const hex = (text) => Buffer.from(text.replace(/^0x/, ""), "hex");
const tagged = (domain, data) => createHash("sha256").update(`${domain}\0`).update(data).digest();

function head(size, fixLimit, fixTag, tags) { // section 2: the shortest form, always
  if (size < fixLimit) return Buffer.from([fixTag + Number(size)]);
  const fits = ([width]) => BigInt(size) < 2n ** (8n * BigInt(width));
  const [width, tag] = Object.entries(tags).find(fits);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(size));
  return Buffer.concat([Buffer.from([tag]), bytes.subarray(8 - width)]);
}

function pack(value) {
  if (typeof value === "number" || typeof value === "bigint")
    return head(value, 128, 0, { 1: 0xcc, 2: 0xcd, 4: 0xce, 8: 0xcf });
  if (Buffer.isBuffer(value))
    return Buffer.concat([head(value.length, 0, 0, { 1: 0xc4, 2: 0xc5, 4: 0xc6 }), value]);
  if (Array.isArray(value))
    return Buffer.concat([head(value.length, 16, 0x90, { 2: 0xdc, 4: 0xdd }), ...value.map(pack)]);
  const text = Buffer.from(value, "utf8");
  return Buffer.concat([head(text.length, 32, 0xa0, { 1: 0xd9, 2: 0xda, 4: 0xdb }), text]);
}

function address(text) { // section 2.1: bech32m (BIP-350), or plain hex
  if (/^(0x)?[0-9a-f]{32}$/.test(text)) return hex(text);
  const end = text.lastIndexOf("1");
  const codes = [...text.slice(0, end)].map((letter) => letter.charCodeAt(0));
  const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
  const values = [...text.slice(end + 1)].map((letter) => alphabet.indexOf(letter));
  const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  let check = 1;
  for (const v of [...codes.map((c) => c >> 5), 0, ...codes.map((c) => c & 31), ...values]) {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ v;
    generator.forEach((g, bit) => { if ((top >> bit) & 1) check ^= g; });
  }
  if (end < 1 || values.length !== 32 || values.includes(-1) || check >>> 0 !== 0x2bc830a3)
    throw new Error(`not an address: ${text}`);
  const bits = values.slice(0, -6).map((v) => v.toString(2).padStart(5, "0")).join("");
  return Buffer.from(bits.slice(0, 128).match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

function signedTransfer({ chainId, validUntil, clientRef }, parts) {
  const [seed, sender, asset, source, target, amount] = parts;
  const der = Buffer.concat([hex("302e020100300506032b657004220420"), hex(seed)]); // RFC 8410
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
  const transfer = [60, asset, address(source), address(target), BigInt(amount), ""];
  const transaction = [1, chainId, address(sender), clientRef, validUntil, [transfer], ""];
  const txId = tagged("mohur/tx/v1", pack(transaction)); // sections 3 and 4
  const signed = pack([transaction, [[publicKey, sign(null, txId, key)]]]);
  const values = { txId, wireId: tagged("mohur/wire/v1", signed), signed };
  return Object.fromEntries(Object.entries(values).map(([name, v]) => [name, v.toString("hex")]));
}

async function call(url, method, params) { // section 5
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const headers = { "content-type": "application/json" };
  const { error, result } = await (await fetch(url, { method: "POST", headers, body })).json();
  if (error) throw new Error(`${error.data?.symbol ?? error.code}: ${error.message}`);
  return result.value ?? result;
}

if (process.argv[2] === "--print") {
  const [chainId, validUntil, clientRef, ...parts] = process.argv.slice(3);
  const fields = { chainId, validUntil: BigInt(validUntil), clientRef: hex(clientRef) };
  console.log(JSON.stringify(signedTransfer(fields, parts)));
} else {
  const [url, ...parts] = process.argv.slice(2);
  const { chainId, height } = await call(url, "node_status", {});
  const fields = { chainId, validUntil: BigInt(height) + 50n, clientRef: randomBytes(16) };
  const { signed } = signedTransfer(fields, parts);
  console.log(JSON.stringify(await call(url, "tx_submit", [`0x${signed}`]), null, 2));
}
