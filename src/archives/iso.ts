/** ISO 9660 disk images with the long names of Joliet, and UDF beside them. Windows opens them at a click. */
import { hash } from 'node:crypto'
import { forwarded } from './forwarded-notes.ts'
import type { ArchiveMember, Inspector } from './inspection.ts'
import { memberLister } from './listing.ts'
import { packed } from './unpack/inspect-packed.ts'

/** Directory records that are read, those for the directory itself and its parent included. */
const MAX_RECORDS = 10_000
const MAX_PATH_LENGTH = 1024

/**
 * Folders are followed from the root of each volume descriptor: the plain one, and Joliet's with long names. A file
 * that with several names is listed under each, and inspected once for each extension.
 */
export const inspectIso: Inspector = async (bytes, to) => {
  const { notes, budget, nested } = to
  const list = memberLister(notes, budget)
  const seen = new Set<string>()
  const files = new InspectedFiles()
  let records = 0
  for (let sector = 16; sector < 32; sector += 1) {
    const at = sector * 2048
    if (at + 2048 > bytes.length || bytes[at] === 255) break
    const joliet = bytes[at] === 2
    if (bytes[at] !== 1 && !joliet) continue
    const waiting = [{ extent: bytes.readUInt32LE(at + 158), size: bytes.readUInt32LE(at + 166), folder: '' }]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { extent, size, folder } = next
      if (seen.has(`folder ${extent}`)) continue
      seen.add(`folder ${extent}`)
      for (const entry of isoEntries(bytes.subarray(extent * 2048, extent * 2048 + size), joliet)) {
        records += 1
        if (records > MAX_RECORDS) return notes.beyond('its folders hold more than is read')
        if (entry === undefined) continue
        const name = `${folder}${entry.name}`
        if (entry.folder) {
          waiting.push({ ...entry, folder: `${name}/`.slice(-MAX_PATH_LENGTH) })
          continue
        }
        if (!list({ name, size: entry.size })) return
        const file = `${entry.extent} ${name.slice(name.lastIndexOf('.')).toLowerCase()}`
        if (seen.has(file)) continue
        seen.add(file)
        const content = bytes.subarray(entry.extent * 2048, entry.extent * 2048 + entry.size)
        files.add(name, content)
        await nested(name, content)
      }
    }
  }
  // Windows opens UDF where there is both, and its folders may hold other files.
  if (records === 0 || hasUdf(bytes)) await packed('iso9660')(bytes, { ...to, ...files.others(to) })
}

/** What the folders of ISO 9660 have shown: UDF lists most of it again. */
class InspectedFiles {
  readonly #members = new Set<string>()
  readonly #contents = new Set<string>()

  add(name: string, content: Buffer): void {
    this.#members.add(memberKey({ name, size: content.length }))
    this.#contents.add(contentKey(name, content))
  }

  /** Notes and inspects only what is new. */
  others({ notes, nested }: Pick<Parameters<Inspector>[1], 'notes' | 'nested'>) {
    const member = (one: ArchiveMember): void => {
      if (!this.#members.has(memberKey(one))) notes.member(one)
    }
    const inspect: typeof nested = async (name, content) => {
      if (!this.#contents.has(contentKey(name, content))) await nested(name, content)
    }
    return { notes: forwarded(notes, { member }), nested: inspect }
  }
}

const baseName = (name: string): string => name.slice(name.lastIndexOf('/') + 1).toLowerCase()
const extension = (name: string): string => name.slice(name.lastIndexOf('.')).toLowerCase()
const memberKey = ({ name, size }: ArchiveMember): string => `${baseName(name)} ${size}`
const contentKey = (name: string, content: Buffer): string => `${hash('sha1', content)} ${extension(name)}`

/** The descriptors of a volume that has UDF, after those of ISO 9660 (ECMA-167 2/9.1). */
function hasUdf(bytes: Buffer): boolean {
  for (let at = 16 * 2048; at < 64 * 2048 && at + 6 <= bytes.length; at += 2048) {
    const mark = bytes.toString('latin1', at + 1, at + 6)
    if (mark === 'NSR02' || mark === 'NSR03') return true
  }
  return false
}

/** Undefined for the directory itself and its parent, which have the names 0 and 1. */
function* isoEntries(folder: Buffer, joliet: boolean) {
  for (let at = 0; at < folder.length; ) {
    const length = folder[at] ?? 0
    if (length < 34) {
      // Entries do not cross sectors.
      at = (Math.floor(at / 2048) + 1) * 2048
      continue
    }
    const bytes = folder.subarray(at + 33, at + 33 + (folder[at + 32] ?? 0))
    at += length
    if (bytes.length <= 1 && (bytes[0] ?? 0) <= 1) {
      yield undefined
      continue
    }
    const decoded = joliet
      ? Buffer.from(bytes.subarray(0, bytes.length & ~1))
          .swap16()
          .toString('utf16le')
      : bytes.toString('latin1')
    const isDirectory = ((folder[at - length + 25] ?? 0) & 2) !== 0
    yield {
      name: decoded.replace(/;\d+$/, ''),
      extent: folder.readUInt32LE(at - length + 2),
      size: folder.readUInt32LE(at - length + 10),
      folder: isDirectory,
    }
  }
}
