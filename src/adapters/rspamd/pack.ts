/** Compresses a reply by Zstandard (RFC 8878). */
import { zstdCompress } from 'node:zlib'

export const pack = (plain: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => zstdCompress(plain, (error, packed) => (error ? reject(error) : resolve(packed))))
