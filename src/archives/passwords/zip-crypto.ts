/** The traditional encryption of zip archives (PKWARE APPNOTE.TXT 6.1). */

/** Bytes before the content: eleven at random and one to check the password. */
export const CRYPTO_HEADER = 12

/** The table of CRC-32 (APPNOTE.TXT 4.4.7). */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
  return value
})

/** The three keys, which change with each byte of the plain text. */
export class ZipCrypto {
  #key0 = 0x12345678
  #key1 = 0x23456789
  #key2 = 0x34567890

  constructor(password: Buffer) {
    for (const byte of password) this.#update(byte)
  }

  /** Decrypts in place. Pieces follow each other. */
  decrypt(bytes: Buffer): Buffer {
    for (let at = 0; at < bytes.length; at++) {
      const mask = (this.#key2 | 2) & 0xffff
      const plain = (bytes[at] as number) ^ ((Math.imul(mask, mask ^ 1) >>> 8) & 0xff)
      bytes[at] = plain
      this.#update(plain)
    }
    return bytes
  }

  #update(byte: number): void {
    this.#key0 = (TABLE[(this.#key0 ^ byte) & 0xff] as number) ^ (this.#key0 >>> 8)
    this.#key1 = (Math.imul((this.#key1 + (this.#key0 & 0xff)) | 0, 134_775_813) + 1) | 0
    this.#key2 = (TABLE[(this.#key2 ^ (this.#key1 >>> 24)) & 0xff] as number) ^ (this.#key2 >>> 8)
  }
}
