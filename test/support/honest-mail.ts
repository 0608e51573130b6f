/** Honest messages as services and people write them: one template for each way of writing, filled with few words. */
import { message } from '../../src/testing/message.ts'

/** What fills a template. */
export interface Words {
  /** What kind of mail it is. */
  readonly name: string
  readonly way: Way
  readonly from: string
  readonly subject: string
  /** Paragraphs, of which the first is the preheader, too. */
  readonly text: readonly string[]
  /** The label of the button. */
  readonly button?: string
  readonly files?: readonly string[]
  readonly replyTo?: string
}

/** Each way of writing: what a sending service, a firm's own server, a web site's script or a person sends. */
export type Way = keyof typeof ways

const TOKEN = 'u001.4f2aXq9-2Fk7Rz0TgYw3mPdV5sLhBn8cEjU1oAi6-3D-3Dk7Rz_0TgYw3mPdV5sLhBn8cEjU1oAi6Xq9'
const PREHEADER_PADDING = '&#847;&zwnj;&nbsp;'.repeat(60)

const domainOf = (from: string): string => /@([^<>\s]+?)>?$/.exec(from)?.[1] ?? ''
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const STYLE = `<style>@media (prefers-color-scheme: dark){.dark{background:#111!important;color:#fff!important}}
@media only screen and (max-width:480px){.desktop{display:none!important}}</style>
<!--[if mso]><xml><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml><![endif]-->`

/** A page of a sending service: hidden preheader, button for Outlook and others, pictures, pixel, way to leave. */
function newsletter({ text, button = 'Read more' }: Words, tracker: string, pictures: string): string {
  const link = `${tracker}?upn=${TOKEN}`
  return `<!doctype html><html xmlns:v="urn:schemas-microsoft-com:vml"><head>${STYLE}</head><body class="dark">
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${escaped(text[0] ?? '')} ${PREHEADER_PADDING}</div>
<table width="600"><tr><td><a href="${link}">View in browser</a></td></tr>
<tr><td><a href="${link}&amp;n=1"><img src="${pictures}/hero.png" width="600" alt=""></a></td></tr>
${text.map(one => `<tr><td style="padding:10px">${escaped(one)}</td></tr>`).join('\n')}
<tr><td><!--[if mso]><v:roundrect href="${link}&amp;n=2" fillcolor="#0b6e4f"><center>${button}</center></v:roundrect><![endif]-->
<a href="${link}&amp;n=2" style="background:#0b6e4f;mso-hide:all">${button}</a></td></tr>
<tr><td><a href="${link}&amp;n=3"><img src="${pictures}/social.png" width="24"></a> 12 Harbour Street, Larchfield
<a href="${link}&amp;n=4">Unsubscribe</a></td></tr></table><img src="${link}&amp;o=1" width="1" height="1" alt=""></body></html>`
}

const attached = ({ files = [] }: Words) =>
  files.map(filename => ({
    filename,
    content: '%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n',
    type: filename.endsWith('.jpg') ? 'image/jpeg' : 'application/pdf',
  }))

const plainOf = ({ text }: Words): string => `${text.join('\n\n')}\n`
const addressed = ({ from, subject, replyTo }: Words, header: Readonly<Record<string, string>> = {}) => ({
  from,
  subject,
  to: 'Bob <bob@example.org>',
  messageId: `<20261129.4f2a9c@${domainOf(from)}>`,
  date: 'Sun, 29 Nov 2026 11:52:10 +0000',
  header: { ...header, ...(replyTo !== undefined && { 'Reply-To': replyTo }) },
})

const LEAVE = {
  'List-Unsubscribe': '<https://leave.example/u?x=4f2a>, <mailto:leave@leave.example?subject=unsubscribe>',
  'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
}

const ways = {
  /** A campaign by a sending service, with its click counter. */
  campaign: (words: Words) =>
    message({
      ...addressed(words, { ...LEAVE, 'Feedback-ID': '4471:campaign:fern', 'X-Mailer': 'Campaigns **CID4f2a9c**' }),
      text: `${plainOf(words)}\nView in browser: https://larch.us12.list-manage.com/track/click?u=4f2a\n`,
      html: newsletter(words, 'https://larch.us12.list-manage.com/track/click', 'https://mcusercontent.com/4f2a'),
    }),
  /** A short notice by a sending service: no way to leave, and the button leads through a click counter. */
  notice: (words: Words) =>
    message({
      ...addressed(words, { 'X-SG-EID': TOKEN }),
      text: `${plainOf(words)}\nhttps://u77.ct.sendgrid.net/ls/click?upn=${TOKEN}\n`,
      html: newsletter(words, 'https://u77.ct.sendgrid.net/ls/click', `https://assets.${domainOf(words.from)}`),
      attachments: attached(words),
    }),
  /** A notice of the firm's own system, with links to its own site. */
  own: (words: Words) =>
    message({
      ...addressed(words),
      text: `${plainOf(words)}\nhttps://www.${domainOf(words.from)}/account?t=4f2a9c\n`,
      html: newsletter(words, `https://www.${domainOf(words.from)}/account`, `https://www.${domainOf(words.from)}/img`),
      attachments: attached(words),
    }),
  /** A script of a web site: HTML alone, a priority, the program's name. */
  script: (words: Words) =>
    message({
      ...addressed(words, { 'X-Mailer': 'PHPMailer 6.9.1', 'X-PHP-Originating-Script': '33:mailer.php' }),
      html: newsletter(words, `https://www.${domainOf(words.from)}/order`, `https://www.${domainOf(words.from)}/img`),
      attachments: attached(words),
    }),
  /** A person or a program: plain text. */
  plain: (words: Words) => message({ ...addressed(words), text: plainOf(words), attachments: attached(words) }),
  /** A person with a mail program that writes both. */
  person: (words: Words) =>
    message({
      ...addressed(words, { 'In-Reply-To': '<1@example.org>', References: '<1@example.org>' }),
      text: plainOf(words),
      html: `<div dir="ltr">${words.text
        .map(one => `<div>${escaped(one).replaceAll(/https:\/\/\S+/g, url => `<a href="${url}">${url}</a>`)}</div>`)
        .join('<br>')}</div>`,
      attachments: attached(words),
    }),
} as const satisfies Readonly<Record<string, (words: Words) => Buffer>>

/** The message that its way of writing makes of these words. */
export const honestMail = (words: Words): Buffer => ways[words.way](words)

/** The address of an author. */
export const addressOf = (from: string): string => /<?([^<>\s]+@[^<>\s]+?)>?$/.exec(from)?.[1] ?? ''

/**
 * The messages of a fixture, which `---` divides: `# what it is`, the way of writing, fields, an empty line, the text.
 * Fields are From, Subject, Button, File (several) and Reply-To.
 */
export function readHonest(fixture: string): readonly Words[] {
  return fixture.split('\n---\n').map(block => {
    const [head = '', body = ''] = block.split(/\n\n/, 2)
    const [name = '', way = '', ...lines] = head.split('\n')
    const fields = lines.map(
      line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const,
    )
    const all = (wanted: string) => fields.filter(([field]) => field === wanted).map(([, value]) => value)
    const [[from = ''], [subject = ''], [button], [replyTo]] = ['From', 'Subject', 'Button', 'Reply-To'].map(all) as [
      string[],
      string[],
      string[],
      string[],
    ]
    if (!(way in ways))
      throw new Error(`“${name}” has the way “${way}”, which is none of ${Object.keys(ways).join(', ')}`)
    return {
      name: name.slice(2),
      way: way as Way,
      from,
      subject,
      text: body.trimEnd().split('\n'),
      files: all('File'),
      ...(button !== undefined && { button }),
      ...(replyTo !== undefined && { replyTo }),
    }
  })
}
