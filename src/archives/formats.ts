/** What is seen of each format: the table of docs/reference/formats.md. A test compares it with what the readers do. */
import type { FileFormat } from '../filetypes/file-format.ts'

/** What reads a format, where more than one can. */
type FormatReader = 'postern' | 'Node' | '7-Zip'

/** What is seen of one format. */
export interface FormatSupport {
  /** How such files are usually called. */
  readonly files: string
  /** The files inside are listed by their names. */
  readonly names: boolean
  /** The files inside are examined: their bytes, and files in them. */
  readonly contents: boolean
  /** What is read of the file itself. */
  readonly reads: string
  /** `told`: that it is encrypted is a finding. `opened`: with a password of the message, or a default password. */
  readonly encrypted?: 'told' | 'opened'
  /** Without 7-Zip its contents are not examined, and the message says so. */
  readonly by: FormatReader
  /** What other programs see by their documentation; see {@link OTHERS}. Absent where nothing is documented. */
  readonly rspamd?: Seen
  readonly amavis?: Seen
  readonly clamav?: Seen
}

/** `names` of the files inside; `contents` of these files; `links`, and of PDF the actions, too. */
type Seen = 'names' | 'contents' | 'links'

/** Where the columns for other programs are from. */
export const OTHERS: readonly { readonly program: string; readonly source: string; readonly url: string }[] = [
  {
    program: 'Rspamd',
    source: 'source of the archive reader (zip, rar, 7z, gz) and of the content readers (ical, ooxml, pdf, svg, vcard)',
    url: 'https://github.com/rspamd/rspamd/tree/master/lualib/lua_content',
  },
  {
    program: 'amavis',
    source:
      '`@decoders` of the default configuration of 2.11; it unpacks for scanners and for rules of names and types',
    url: 'https://gitlab.com/amavis/amavis/-/blob/master/conf/amavisd.conf-default',
  },
  {
    program: 'ClamAV',
    source: 'introduction of the manual; it unpacks for signatures, and can report what is encrypted',
    url: 'https://docs.clamav.net/Introduction.html',
  },
]

const archive = { names: true, contents: true, reads: '' } as const
const packed = { ...archive, by: '7-Zip' } as const
/** A file that is examined itself, and holds no others. */
const single = { names: false, contents: false, by: 'postern' } as const

export const FORMATS: Readonly<Record<FileFormat, FormatSupport>> = {
  zip: {
    ...archive,
    files: '.zip, .jar, .apk',
    reads: 'differences between its directory and its entries',
    encrypted: 'opened',
    by: 'postern',
    ...{ rspamd: 'names', amavis: 'contents', clamav: 'contents' },
  },
  '7z': { ...packed, files: '.7z', encrypted: 'opened', rspamd: 'names', amavis: 'contents', clamav: 'contents' },
  rar: { ...packed, files: '.rar', encrypted: 'opened', rspamd: 'names', amavis: 'contents', clamav: 'contents' },
  gzip: { ...archive, files: '.gz, .tgz', by: 'Node', rspamd: 'names', amavis: 'contents', clamav: 'contents' },
  bzip2: { ...packed, files: '.bz2', amavis: 'contents', clamav: 'contents' },
  xz: { ...packed, files: '.xz', amavis: 'contents', clamav: 'contents' },
  zstd: { ...archive, files: '.zst', by: 'Node' },
  lzma: { ...packed, files: '.lzma', amavis: 'contents' },
  compress: { ...packed, files: '.Z', amavis: 'contents' },
  tar: { ...archive, files: '.tar', by: 'postern', amavis: 'contents', clamav: 'contents' },
  cpio: { ...packed, files: '.cpio', amavis: 'contents', clamav: 'contents' },
  ar: { ...packed, files: '.deb, .a', amavis: 'contents' },
  rpm: { ...packed, files: '.rpm', amavis: 'contents' },
  xar: { ...packed, files: '.pkg, .xar', clamav: 'contents' },
  wim: { ...packed, files: '.wim' },
  cab: { ...packed, files: '.cab', amavis: 'contents', clamav: 'contents' },
  arj: { ...packed, files: '.arj', amavis: 'contents', clamav: 'contents' },
  lha: { ...packed, files: '.lha, .lzh', amavis: 'contents', clamav: 'contents' },
  ace: { files: '.ace', names: false, contents: false, reads: 'its first bytes; no safe reader exists', by: 'postern' },
  'other-archive': {
    files: '.lz4, .lz, .zoo, .sit, .alz, .z01, .7z.001, …',
    names: false,
    contents: true,
    reads: 'that it is not examined; archives of 7-Zip and RAR behind other bytes',
    by: 'postern',
  },
  iso9660: { ...archive, files: '.iso, .udf', by: 'postern', amavis: 'contents', clamav: 'contents' },
  vhd: { ...packed, files: '.vhd' },
  vhdx: { ...packed, files: '.vhdx' },
  disk: { ...packed, files: '.img', clamav: 'contents' },
  dmg: { ...packed, files: '.dmg', clamav: 'contents' },
  chm: { ...packed, files: '.chm', reads: 'that it runs when it is opened', clamav: 'contents' },
  ooxml: {
    ...archive,
    files: '.docx, .xlsx, .pptx, .odt',
    reads: 'macros, events, what is fetched, fields, DDE, links, text, pictures',
    encrypted: 'opened',
    by: 'postern',
    ...{ rspamd: 'links', amavis: 'contents', clamav: 'contents' },
  },
  ole: {
    files: '.doc, .xls, .msi, .msg',
    names: true,
    contents: true,
    reads: 'macros (VBA and Excel 4.0), objects, fields, DDE, links, text; attachments of messages of Outlook',
    encrypted: 'opened',
    by: 'postern',
    clamav: 'contents',
  },
  rtf: {
    files: '.rtf',
    names: false,
    contents: true,
    reads: 'objects, templates, fields, links, text, pictures',
    by: 'postern',
    clamav: 'contents',
  },
  pdf: {
    files: '.pdf',
    names: true,
    contents: true,
    reads: 'actions, forms, links, text and pictures of the first pages',
    encrypted: 'opened',
    by: 'postern',
    ...{ rspamd: 'links', clamav: 'contents' },
  },
  onenote: {
    files: '.one',
    names: true,
    contents: true,
    reads: 'links',
    by: 'postern',
    clamav: 'contents',
  },
  tnef: {
    ...archive,
    files: 'winmail.dat',
    reads: 'text, links, path of a sound',
    by: 'postern',
    amavis: 'contents',
    clamav: 'contents',
  },
  eml: { ...archive, files: '.eml', reads: 'text, links', by: 'postern', amavis: 'contents', clamav: 'contents' },
  mht: { ...archive, files: '.mht', reads: 'its pages', by: 'postern', amavis: 'contents', clamav: 'contents' },
  mso: { files: '.mso', names: false, contents: true, reads: 'macros', by: 'postern', clamav: 'contents' },
  'flat-office': {
    ...single,
    contents: true,
    files: '.xml, .doc, .xls',
    reads: 'macros, what is fetched, fields, links, text',
  },
  csv: { ...single, files: '.csv, .tsv', reads: 'formulas that start a program, links of formulas' },
  html: { ...single, files: '.html, .xhtml', reads: 'links, text, forms, scripts, smuggling', clamav: 'contents' },
  svg: { ...single, files: '.svg, .svgz', reads: 'links, text, pages, scripts', rspamd: 'links' },
  script: { ...single, files: '.js, .vbs, .ps1, …', reads: 'that it is a script' },
  lnk: { ...single, contents: true, files: '.lnk', reads: 'target, arguments, icon, shares, bytes behind its end' },
  'text-shortcut': {
    ...single,
    files: '.url, .website, .scf, .desktop, .webloc',
    reads: 'target, icon, shares',
  },
  calendar: {
    ...archive,
    files: '.ics, .vcs',
    reads: 'text, links, organiser, shares',
    by: 'postern',
    rspamd: 'links',
  },
  vcard: { ...single, contents: true, files: '.vcf', reads: 'text, links, pictures', rspamd: 'links' },
  mobileconfig: { ...single, files: '.mobileconfig', reads: 'what it installs, links' },
  'search-location': { ...single, files: '.library-ms, .searchConnector-ms', reads: 'hosts, links' },
  rdp: { ...single, files: '.rdp', reads: 'host, what it gives to that host' },
  msc: { ...single, files: '.msc', reads: 'code, commands, shares, links' },
  msbuild: { ...single, files: '.csproj, .proj, .targets', reads: 'code, commands, links' },
  pe: { ...single, files: '.exe, .dll, .scr', reads: 'that it is a program', clamav: 'contents' },
  elf: { ...single, files: '', reads: 'that it is a program', clamav: 'contents' },
  'mach-o': { ...single, files: '', reads: 'that it is a program', clamav: 'contents' },
  'java-class': { ...single, files: '.class', reads: 'that it is a program' },
  dex: { ...single, files: '.dex', reads: 'that it is a program' },
}
