/** Entries of zip archives with a rare compression (Deflate64, BZip2, LZMA, PPMd): 7-Zip unpacks each alone. */
import type { Inspector } from '../inspection.ts'
import type { ZipEntry } from '../zip-directory.ts'
import { BOUNDS, describeFault } from './inspect-packed.ts'
import { notUnpacked, unpack } from './unpack.ts'

/** The plain bytes of an entry; undefined where they cannot be read, which is noted. */
export async function unpackRareMethod(
  entry: ZipEntry,
  { data, method }: { readonly data: Buffer; readonly method: number },
  archive: Buffer,
  { notes, budget, signal }: Parameters<Inspector>[1],
): Promise<Buffer | undefined> {
  const name = entry.name.slice(-80)
  if (budget.time <= 0) {
    notes.beyond(BOUNDS.time)
    return undefined
  }
  const limits = { entries: 1, files: 1, bytes: Math.max(budget.inflate, 0), cpu: budget.time }
  // Bits 1 and 2 say how the compression ends and how large its window is (APPNOTE.TXT 4.4.4).
  const flags = archive.readUInt16LE(entry.offset + 6) & 6
  const outcome = await unpack(archiveOf(entry, data, method, flags), { type: 'zip', limits, signal })
  if (outcome.kind !== 'done') {
    const sentence = `${name} has a rare compression (method ${method}): ${notUnpacked(outcome)}`
    if (outcome.kind === 'busy') notes.busy(sentence)
    else notes.beyond(sentence)
    return undefined
  }
  const { files, faults, bound, cpu } = outcome.answer
  const [file] = files
  budget.time -= cpu
  budget.inflate -= file?.bytes.length ?? 0
  if (bound !== undefined) notes.beyond(BOUNDS[bound])
  const [fault] = faults
  if (fault?.fault === 'method') notes.beyond(`${name} has a compression that is not supported (method ${method})`)
  else if (fault) notes.trait('unscannable', `${name} ${describeFault(fault.fault)}`)
  return file && Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.length)
}

/** An archive of this entry alone, named `0` (APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16). */
function archiveOf({ crc, size }: ZipEntry, data: Buffer, method: number, flags: number): Buffer {
  const common = Buffer.alloc(26)
  common.writeUInt16LE(63, 0)
  common.writeUInt16LE(flags, 2)
  common.writeUInt16LE(method, 4)
  common.writeUInt32LE(crc, 10)
  common.writeUInt32LE(data.length, 14)
  common.writeUInt32LE(size, 18)
  common.writeUInt16LE(1, 22)
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from('0')])
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x3f\0'), common, Buffer.alloc(14), Buffer.from('0')])
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06')
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(local.length + data.length, 16)
  return Buffer.concat([local, data, central, end])
}
