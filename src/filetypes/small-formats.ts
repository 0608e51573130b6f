/** Small formats that are text: calendars, cards, shortcuts, and files that configure a program. */
import type { FileFormat } from './signatures.ts'

interface SmallFormat {
  readonly format: FileFormat
  /** How files of the format are called. */
  readonly names: RegExp
  /** How they begin. */
  readonly content: RegExp
  /** What decides. Some programs open any content by its name. @default the content alone */
  readonly by?: 'either' | 'name' | 'both'
}

/** The instruction that names the program, or the first element: of Word 2003, Excel 2003, and of a flat package. */
const FLAT_OFFICE =
  /<\?mso-application\b|<(?:[\w-]{1,20}:)?wordDocument\b|<(?:[\w-]{1,20}:)?package\b[^<>]{0,400}\/2006\/xmlPackage|<Workbook\b[^<>]{0,800}urn:schemas-microsoft-com:office:spreadsheet/i

const ROWS: readonly SmallFormat[] = [
  { format: 'calendar', names: /\.(?:ics|ifb|ical|icalendar|vcs)$/i, content: /^BEGIN:VCALENDAR\b/i },
  { format: 'vcard', names: /\.(?:vcf|vcard)$/i, content: /^BEGIN:VCARD\b/i },
  {
    format: 'text-shortcut',
    names: /\.(?:url|website|scf|webloc|inetloc|fileloc)$/i,
    content: /^\[(?:InternetShortcut|Desktop Entry)\b/im,
    by: 'either',
  },
  {
    format: 'search-location',
    names: /\.(?:library-ms|searchconnector-ms|search-ms)$/i,
    content: /<(?:libraryDescription|searchConnectorDescription|persistedQuery)\b/i,
    by: 'either',
  },
  // A text in columns is that by its name alone, and Excel opens it.
  { format: 'csv', names: /\.(?:csv|tsv)$/i, content: /^/, by: 'name' },
  // Office opens it by any of its names.
  {
    format: 'flat-office',
    names: /\.(?:xml|do[ct][xm]?|xl[st][xm]?|pp[st][xm]?|rtf)$/i,
    content: FLAT_OFFICE,
  },
  { format: 'rdp', names: /\.rdp$/i, content: /^/, by: 'name' },
  { format: 'msc', names: /\.msc$/i, content: /<MMC_ConsoleFile\b/i, by: 'either' },
  { format: 'mobileconfig', names: /\.mobileconfig$/i, content: /<key>\s{0,9}PayloadType\s{0,9}</i, by: 'either' },
  {
    format: 'msbuild',
    names: /\.(?:[a-z]{2,5}proj|proj|targets|props|pubxml|msbuildproj)$/i,
    content: /<Project\b/i,
    by: 'both',
  },
]

/** Most texts have none of these letters, and most names none of these extensions. */
const ANY_CONTENT =
  /^BEGIN:V|^\[(?:InternetShortcut|Desktop Entry)|<(?:libraryDescription|searchConnectorDescription|persistedQuery|MMC_ConsoleFile|\?mso-application|(?:[\w-]{1,20}:)?(?:wordDocument|package)|Workbook)\b|PayloadType/im
const ANY_NAME =
  /\.(?:ics|ifb|ical|icalendar|vcs|vcf|vcard|url|website|scf|webloc|inetloc|fileloc|library-ms|searchconnector-ms|search-ms|csv|tsv|rdp|msc|mobileconfig|[a-z]{0,5}proj|targets|props|pubxml)$/i
/** Browsers and script hosts open these whatever they begin with. */
const OTHER_NAME = /\.(?:x?html?|mht|mhtml|shtml|svgz?|hta|js|jse|vbs|vbe|wsf|ps1|bat|cmd)$/i

/** @param head the beginning of the text, without the blanks before it */
export function smallFormat(head: string, name: string): FileFormat | undefined {
  const called = name.replace(/[\s.]{1,64}$/, '')
  if (!ANY_NAME.test(called) && (!ANY_CONTENT.test(head) || OTHER_NAME.test(called))) return undefined
  return ROWS.find(row => isOf(row, head, called))?.format
}

function isOf({ names, content, by }: SmallFormat, head: string, name: string): boolean {
  switch (by) {
    case 'name':
      return names.test(name)
    case 'both':
      return names.test(name) && content.test(head)
    case 'either':
      return names.test(name) || content.test(head)
    default:
      return content.test(head)
  }
}
