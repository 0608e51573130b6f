/**
 * What the facts about content cost, beside mailparser and mailsplit on the same messages, and what each finds of a
 * program that hides in one of fifty-four messages.
 *
 *     node bench/content.ts             messages made here
 *     node bench/content.ts DIR         the messages in a folder, too
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { simpleParser } from 'mailparser'
import { links, parts } from '../src/facts/index.ts'
import { readTree } from '../src/mime/tree.ts'
import { message } from '../src/testing/message.ts'
import { ask } from '../src/testing/probe.ts'
import { mimeCases, payload } from '../test/support/mime-cases.ts'

const cheap = { skipHtmlToText: true, skipImageLinks: true, skipTextToHtml: true, skipTextLinks: true }

/** Milliseconds of CPU for each message. */
async function cpu(messages: readonly Buffer[], work: (one: Buffer) => unknown): Promise<number> {
  for (const one of messages.slice(0, 50)) await work(one)
  const before = process.cpuUsage()
  for (const one of messages) await work(one)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / messages.length
}

async function compare(name: string, messages: readonly Buffer[]): Promise<void> {
  const size = messages.reduce((sum, { length }) => sum + length, 0) / messages.length
  const tree = await cpu(messages, one => readTree(one))
  const all = await cpu(messages, one => ask(links, { message: one }))
  const bare = await cpu(messages, one => simpleParser(one, cheap))
  const full = await cpu(messages, one => simpleParser(one))
  console.log(
    `  ${name} (${(size / 1024).toFixed(1)} KB): parts ${tree.toFixed(3)} ms, parts, text and links ${all.toFixed(3)} ms, ` +
      `simpleParser ${full.toFixed(3)} ms, without its costly options ${bare.toFixed(3)} ms: ` +
      `${(tree / bare).toFixed(2)} and ${(all / full).toFixed(2)} times`,
  )
}

const words = 'Some words of a text that is neither long nor short, and then some more\n'
const pages = `<p style="color:#333">${words}<a href="https://example.org/x?y=1&amp;z=2">here</a></p>\n`
const times = (count: number, one: Buffer): readonly Buffer[] => Array.from({ length: count }, () => one)
const attachment = (size: number) => [{ filename: 'a.zip', content: Buffer.alloc(size, 'PK\x03\x04content') }]

console.log('CPU for each message')
await compare('text', times(400, message({ text: words.repeat(50) })))
await compare('text and HTML', times(200, message({ text: words.repeat(100), html: pages.repeat(300) })))
await compare('an attachment', times(10, message({ text: words, attachments: attachment(7_300_000) })))
await compare('one text', times(10, message({ text: words.repeat(140_000) })))

const [folder] = process.argv.slice(2)
if (folder !== undefined) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(name => join(folder, name))
  const mail = files
    .filter(name => name.endsWith('.eml') && statSync(name).isFile())
    .map(name =>
      Buffer.from(
        readFileSync(name)
          .toString('latin1')
          .replace(/\r\n|\r|\n/g, '\r\n'),
        'latin1',
      ),
    )
  await compare(`${mail.length} messages of ${folder}`, mail)
}

console.log('A program hidden in fifty-four messages')
const wanted = createHash('sha256').update(payload).digest('hex')
const isIt = (content: Buffer): boolean => createHash('sha256').update(content).digest('hex') === wanted
const outcomes = await Promise.all(
  mimeCases.map(async ({ name, message: bytes }) => {
    const { all, ambiguities } = await ask(parts, { message: bytes })
    const { attachments } = await simpleParser(Readable.from([bytes]))
    const ours = all.some(({ sha256 }) => sha256 === wanted)
    return { name, ours, said: ambiguities.length > 0, theirs: attachments.some(({ content }) => isIt(content)) }
  }),
)
const count = (test: (one: (typeof outcomes)[number]) => boolean): number => outcomes.filter(test).length
console.log(
  `  found by postern ${count(({ ours }) => ours)}, found or said to be ambiguous ${count(({ ours, said }) => ours || said)}`,
)
console.log(`  found by mailparser ${count(({ theirs }) => theirs)}, which says nothing of ambiguities`)
