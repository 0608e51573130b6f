/** The formats of files that are inspected. */

/** A format that is inspected. */
export type FileFormat =
  | 'zip'
  | 'ooxml'
  | 'ole'
  | 'pdf'
  | 'rtf'
  | 'rar'
  | '7z'
  | 'gzip'
  | 'bzip2'
  | 'xz'
  | 'zstd'
  | 'lzma'
  /** `.Z`. */
  | 'compress'
  | 'tar'
  | 'cpio'
  /** `.deb`, `.a`. */
  | 'ar'
  | 'rpm'
  /** `.pkg` of macOS. */
  | 'xar'
  | 'wim'
  | 'cab'
  | 'ace'
  | 'arj'
  | 'lha'
  /** An archive that no reader reads (LZ4, lzip), or a file that is an archive by its name alone. */
  | 'other-archive'
  | 'iso9660'
  | 'vhd'
  | 'vhdx'
  /** A volume (FAT, NTFS) or a partitioned disk without a header of an image format. */
  | 'disk'
  | 'dmg'
  | 'onenote'
  | 'chm'
  | 'tnef'
  | 'lnk'
  | 'eml'
  /** A web archive (RFC 2557). */
  | 'mht'
  /** Macros that Word packs into a web archive. */
  | 'mso'
  /** A document of Office in one file of XML: Word and Excel 2003, and the flat form of later packages. */
  | 'flat-office'
  | 'csv'
  /** `.url`, `.website`, `.scf`, `.desktop`, `.webloc`. */
  | 'text-shortcut'
  | 'calendar'
  | 'vcard'
  | 'mobileconfig'
  /** `.library-ms`, `.searchConnector-ms`, `.search-ms`. */
  | 'search-location'
  | 'rdp'
  | 'msc'
  | 'msbuild'
  | 'html'
  | 'svg'
  | 'script'
  | 'pe'
  | 'elf'
  | 'mach-o'
  | 'java-class'
  | 'dex'
