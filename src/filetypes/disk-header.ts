/** The first sector of a disk image that has no other header: a volume (FAT, NTFS, exFAT) or a partition table. */

const SECTOR = 512
const SECTOR_SIZES: ReadonlySet<number> = new Set([512, 1024, 2048, 4096])

/** The mark 55 AA at the end of the sector is not enough: other files may have it by chance. */
export const isDisk = (bytes: Buffer): boolean =>
  bytes[510] === 0x55 && bytes[511] === 0xaa && bytes.length >= 4 * SECTOR && (isVolume(bytes) || isPartitioned(bytes))

/** A jump, the size of a sector and the number of sectors in a cluster (FAT, NTFS), or the name of exFAT. */
function isVolume(bytes: Buffer): boolean {
  if (bytes[0] !== 0xeb && bytes[0] !== 0xe9) return false
  if (bytes.toString('latin1', 3, 11) === 'EXFAT   ') return true
  const cluster = bytes[13] ?? 0
  return SECTOR_SIZES.has(bytes.readUInt16LE(11)) && cluster > 0 && (cluster & (cluster - 1)) === 0
}

/** Four entries of which one is used, each with a valid status, and a partition that begins within the file. */
function isPartitioned(bytes: Buffer): boolean {
  let used = 0
  for (let at = 446; at < 510; at += 16) {
    const [status, type] = [bytes[at] ?? 0, bytes[at + 4] ?? 0]
    if (status !== 0 && status !== 0x80) return false
    if (type === 0) continue
    const start = bytes.readUInt32LE(at + 8)
    if (start === 0 || start * SECTOR >= bytes.length) return false
    used += 1
  }
  return used > 0
}
