/** The media type of a file by its first bytes, whatever its name and declared type say. */
import { findSignature } from './signatures.ts'
import { textStart } from './text-start.ts'

/** The bytes that `detectType` needs: an ISO 9660 image has its mark at 32,769. */
export const HEAD_LENGTH = 33_000

/** A type such as `application/zip`, or undefined for unknown bytes. */
export function detectType(head: Buffer): string | undefined {
  const type = findSignature(head, 'type')?.type
  if (type === 'application/zip') return zipType(head)
  return type ?? detectText(head)
}

const OOXML = 'application/vnd.openxmlformats-officedocument'

/** Office documents and Java archives are ZIP archives, which the names of the first entries distinguish. */
function zipType(head: Buffer): string {
  const text = head.toString('latin1', 0, 8192)
  if (text.includes('META-INF/MANIFEST.MF')) return 'application/java-archive'
  if (text.includes('AndroidManifest.xml')) return 'application/vnd.android.package-archive'
  if (text.includes('AppxManifest.xml')) return 'application/appx'
  const openDocument = /mimetype(application\/[a-z0-9.+-]{1,80}?)PK/.exec(text)?.[1]
  if (openDocument) return openDocument
  if (!text.includes('[Content_Types].xml') && !text.includes('_rels/.rels')) return 'application/zip'
  if (text.includes('word/')) return `${OOXML}.wordprocessingml.document`
  if (text.includes('xl/')) return `${OOXML}.spreadsheetml.sheet`
  if (text.includes('ppt/')) return `${OOXML}.presentationml.presentation`
  return OOXML
}

const HTML = /^<(?:!doctype html|html|head|body|script|iframe|meta|title|table|div|style|a\s|img\s|form\s|hta:)/

/** Text that some program runs or renders, by what it begins with. */
function detectText(head: Buffer): string | undefined {
  const text = textStart(head)
  const start = text.slice(0, 600).toLowerCase()
  if (start.startsWith('#!')) return 'text/x-script'
  if (start.startsWith('[internetshortcut]')) return 'application/x-mswinurl'
  if (start.startsWith('%pdf-') || text.slice(0, 1024).includes('%PDF-1.')) return 'application/pdf'
  if (HTML.test(start)) return start.includes('<hta:application') ? 'application/hta' : 'text/html'
  if (/^<svg[\s>]/.test(start) || (start.startsWith('<?xml') && /<svg[\s>]/.test(start))) return 'image/svg+xml'
  if (start.startsWith('<?xml')) return start.includes('<html') ? 'application/xhtml+xml' : 'application/xml'
  if (start.startsWith('begin:vcalendar')) return 'text/calendar'
  if (start.startsWith('begin:vcard')) return 'text/vcard'
  return start.startsWith('<!--') && /<(?:html|script|body|meta)[\s>]/.test(start) ? 'text/html' : undefined
}
