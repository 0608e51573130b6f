/** Writes a mail: plain text and simple HTML, in ASCII, with CRLF, marked as the work of a program (RFC 3834). */
import { createHash } from 'node:crypto'
import { mailboxOf } from '../net/path.ts'
import { htmlOf, textOf } from './blocks.ts'
import type { Mail, MailOptions } from './types.ts'
import { visible } from './visible.ts'

const MAX_SUBJECT_LENGTH = 150

/** The whole message: the same bytes for the same mail, whenever it is written. */
export async function compose(mail: Mail, options: MailOptions): Promise<Buffer> {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer')
  const { to, blocks, name, time, attachments = [] } = mail
  const { from } = options
  const language = mail.language ?? options.language ?? 'en'
  const subject = mail.isSubjectForm ? mail.subject : visible(mail.subject, MAX_SUBJECT_LENGTH) || 'postern'
  const id = createHash('sha256').update(`${name}\0${to}`).digest('hex').slice(0, 40)
  const composed = new MailComposer({
    from: { name: '', address: from },
    // An address with other than ASCII would need SMTPUTF8 in the field; the envelope says where the mail goes.
    ...(isAscii(to) ? { to: { name: '', address: to } } : { headers: [] }),
    subject,
    date: new Date(time),
    messageId: `<${id}@${mailboxOf(from).domain}>`,
    text: plain(textOf(blocks)),
    html: plain(htmlOf(blocks, subject, language)),
    attachments: attachments.map(({ filename, contentType, content }) => ({ filename, contentType, content })),
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'Content-Language': language,
      ...(!isAscii(to) && { To: 'undisclosed-recipients:;' }),
    },
    // Nothing is read from a file or fetched, whatever stands in a text.
    disableFileAccess: true,
    disableUrlAccess: true,
    baseBoundary: id.slice(0, 24),
    newline: 'windows',
  })
  const content = await composed.compile().build()
  const written = content.toString('latin1')
  // The signature is computed over exactly this form.
  if (!isAscii(written) || /[\r\n]/.test(written.replaceAll('\r\n', '')))
    throw new Error('the mail is not in ASCII with CRLF at the end of each line')
  return content
}

/** Lines of text: of the controls only tabs and the ends of lines stay. */
const plain = (text: string): string => text.replace(/\r\n?/g, '\n').replace(/(?![\t\n])\p{Cc}/gu, ' ')

const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text)
