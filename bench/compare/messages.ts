/** Messages as mail programs and newsletter services write them: text, HTML, links, pictures, attachments. */
import { randomOf } from '../random.ts'

export const kinds = ['plain, 2 KB', 'text and HTML, 5 KB', 'newsletter, 50 KB', 'with attachments, 300 KB'] as const
export type Kind = (typeof kinds)[number]

const WORDS = (
  'about after again agreement all already also and answer any april as ask at attached available back because before ' +
  'best between board both budget but by call can change check city clear colleague come company copy could customer ' +
  'date day decide delivery department detail development discuss document done draft each early email end every example ' +
  'few figure file final first for forward from full get give good group have hear help here high hope hour house idea ' +
  'if important in information invoice is issue it item keep know last later learn letter like line list little long ' +
  'look made make manager many market may meeting member message minute monday month more morning most much must name ' +
  'need never new next note now number of office on one only open order other our out over page part people person phone ' +
  'place plan please point possible price problem product project question read ready reason receive report request ' +
  'result right room said same schedule second see send service should site small some soon staff start still street ' +
  'subject such summer support sure table take team thank that the then there these they thing think this three through ' +
  'time to today together two under until update us use very visit want was water way we week well were what when where ' +
  'which while who will with within word work would write year yesterday you your'
).split(' ')

export type Random = () => number

const word = (random: Random): string => WORDS[Math.floor(random() * WORDS.length)] ?? 'word'

function sentence(random: Random): string {
  const words = Array.from({ length: 6 + Math.floor(random() * 12) }, () => word(random))
  const [first = 'word', ...rest] = words
  return `${first[0]?.toUpperCase()}${first.slice(1)} ${rest.join(' ')}.`
}

/** Lines of at most 76 characters, as many as are needed for `size` characters. */
function paragraphs(size: number, random: Random): string {
  let text = ''
  while (text.length < size) {
    let line = ''
    const lines: string[] = []
    for (const one of Array.from({ length: 5 }, () => sentence(random))
      .join(' ')
      .split(' ')) {
      if (line.length + one.length > 75) {
        lines.push(line)
        line = ''
      }
      line += line === '' ? one : ` ${one}`
    }
    text += `${[...lines, line].join('\r\n')}\r\n\r\n`
  }
  return text
}

const link = (domain: string, random: Random): string =>
  `https://www.${domain}/${word(random)}/${word(random)}?id=${Math.floor(random() * 1e9)}`

/** One block of a newsletter: a table cell with a picture, a heading, some text and a link. */
const block = (domain: string, random: Random): string =>
  [
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>',
    '<td align="center" valign="top" style="padding: 24px 16px; font-family: Arial, sans-serif; color: #333333">',
    `<img src="https://images.${domain}/${word(random)}.png" width="560" height="200" alt="${word(random)}">`,
    `<h2 style="margin: 0 0 12px; font-size: 20px; line-height: 26px">${sentence(random)}</h2>`,
    `<p style="margin: 0 0 16px; font-size: 15px; line-height: 22px">${sentence(random)}`,
    `${sentence(random)} ${sentence(random)} &nbsp; ${sentence(random)}</p>`,
    `<a href="${link(domain, random)}" style="color: #0055aa; text-decoration: none">${word(random)} ${word(random)}</a>`,
    '</td></tr></table>',
  ].join('\r\n')

function page(size: number, domain: string, random: Random): string {
  const start =
    '<!DOCTYPE html>\r\n<html><head><meta charset="utf-8"><title>Letter</title><style>\r\n' +
    '@media only screen and (max-width: 600px) { .wide { width: 100% !important } }\r\n' +
    'body { margin: 0; padding: 0 } a { color: #0055aa }\r\n</style></head><body class="wide">\r\n'
  let body = ''
  while (start.length + body.length < size) body += `${block(domain, random)}\r\n`
  return `${start}${body}<p>${word(random)} <a href="https://www.${domain}/unsubscribe">unsubscribe</a></p></body></html>\r\n`
}

function base64Of(size: number, random: Random): string {
  const bytes = Buffer.alloc(size)
  for (let at = 0; at < size; at += 4) bytes.writeUInt32LE(Math.floor(random() * 2 ** 32), Math.min(at, size - 4))
  bytes.write('\x89PNG\r\n\x1a\n', 'latin1')
  return `${(bytes.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n')}\r\n`
}

const part = (type: string, body: string, ...fields: readonly string[]): string =>
  [`Content-Type: ${type}`, ...fields, '', body].join('\r\n')

function multipart(subtype: string, boundary: string, parts: readonly string[]): readonly [type: string, body: string] {
  const body = parts.map(each => `--${boundary}\r\n${each}`).join('\r\n')
  return [`multipart/${subtype}; boundary="${boundary}"`, `${body}\r\n--${boundary}--\r\n`]
}

const alternative = (text: number, html: number, domain: string, random: Random): readonly [string, string] =>
  multipart('alternative', 'alternative-1', [
    part('text/plain; charset=utf-8', paragraphs(text, random)),
    part('text/html; charset=utf-8', page(html, domain, random)),
  ])

function bodyOf(kind: Kind, domain: string, random: Random): readonly [type: string, body: string] {
  switch (kind) {
    case 'plain, 2 KB':
      return ['text/plain; charset=utf-8', paragraphs(1_400, random)]
    case 'text and HTML, 5 KB':
      return alternative(1_300, 2_700, domain, random)
    case 'newsletter, 50 KB':
      return alternative(9_000, 40_000, domain, random)
    case 'with attachments, 300 KB': {
      const [type, body] = alternative(2_000, 6_000, domain, random)
      const picture = (name: string): string =>
        part(
          `image/png; name="${name}"`,
          base64Of(105_000, random),
          'Content-Transfer-Encoding: base64',
          `Content-Disposition: attachment; filename="${name}"`,
        )
      return multipart('mixed', 'mixed-1', [part(type, body), picture('plan.png'), picture('map.png')])
    }
  }
}

/** The message of this kind that the organisation `index` writes, unsigned. */
export function textOf(kind: Kind, domain: string, index: number): string {
  const random = randomOf(1 + index * kinds.length + kinds.indexOf(kind))
  const [type, body] = bodyOf(kind, domain, random)
  return withHeader(type, body, domain, random, index)
}

/** An honest message of about `size` bytes: text and HTML of at most 60 KB, and pictures for the rest. */
export function honestOfSize(size: number): string {
  const [domain, random] = ['organisation0.example', randomOf(size)]
  const text = Math.min(size, 60_000)
  const [type, body] = alternative(text * 0.3, text * 0.6, domain, random)
  const parts = [part(type, body)]
  if (size > text)
    parts.push(
      part(
        'image/png; name="photo.png"',
        base64Of(Math.floor(((size - text) * 54) / 78), random),
        'Content-Transfer-Encoding: base64',
        'Content-Disposition: attachment; filename="photo.png"',
      ),
    )
  return withHeader(...multipart('mixed', 'mixed-1', parts), domain, random)
}

/** Text or HTML of about `size` bytes, in one part. */
export function longText(size: number, subtype: 'plain' | 'html'): string {
  const [domain, random] = ['organisation0.example', randomOf(size)]
  const some = subtype === 'html' ? page(100_000, domain, random) : paragraphs(100_000, random)
  return withHeader(`text/${subtype}; charset=utf-8`, some.repeat(Math.ceil(size / some.length)), domain, random)
}

/** Any body with an honest header section. */
export function withHeader(type: string, body: string, domain: string, random: Random, index = 0): string {
  return [
    `From: "${word(random)} ${word(random)}" <alice@${domain}>`,
    'To: Bob <bob@example.org>',
    `Subject: ${sentence(random)}`,
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${index}.${Math.floor(random() * 1e9)}@${domain}>`,
    'MIME-Version: 1.0',
    `Content-Type: ${type}`,
    '',
    body,
  ].join('\r\n')
}
