/** What the thread of 7-Zip is asked, and what it answers. */

/** One container, and how much of it may be unpacked. */
export interface UnpackTask {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** 7-Zip's name of the format (`-t`), so that it does not read the file as another format; absent: by signature. */
  readonly type?: string
  readonly password?: string
  readonly limits: UnpackLimits
}

export interface UnpackLimits {
  /** Entries that are listed. */
  readonly entries: number
  /** Files that are unpacked. */
  readonly files: number
  /** Bytes that are unpacked in all. */
  readonly bytes: number
  /** Milliseconds of CPU. */
  readonly cpu: number
}

/** One entry, as 7-Zip lists it. */
export interface PackedEntry {
  /** With `/` between folders; '' where the format has no name. */
  readonly name: string
  /** Bytes when unpacked, as declared. */
  readonly size?: number
  readonly encrypted: boolean
}

/** One file that was unpacked. */
export interface UnpackedFile {
  readonly name: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Why an entry was not unpacked as the container declares it. */
export type Fault = 'checksum' | 'damaged' | 'method' | 'password' | 'cut'

export interface Unpacked {
  /** Absent where 7-Zip does not read the file as such a container; else 7-Zip's name of the format. */
  readonly type?: string
  /** Even the names need a password, or the password is wrong for them. */
  readonly hiddenNames: boolean
  readonly entries: readonly PackedEntry[]
  readonly files: readonly UnpackedFile[]
  /** Entries by name, and what is wrong with them; '' for the container as a whole. */
  readonly faults: readonly { readonly name: string; readonly fault: Fault }[]
  /** The bound that was met: nothing after it was unpacked. */
  readonly bound?: 'entries' | 'files' | 'bytes' | 'time' | 'memory'
  /** Milliseconds of CPU that it took. */
  readonly cpu: number
}
