/** `postern score` explains a message: what is known of it, what was found, what it comes to. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { scoreCommand } from '../../src/cli/score.ts'
import { type GivenEnvelope, scoredMessage } from '../../src/cli/score-envelope.ts'
import { type Scratch, scratch } from '../support/scratch.ts'

const RECEIVED =
  'Received: from mail.sender.example (mail.sender.example [192.0.2.77]) by mx.example.org with ESMTP id 1;\n' +
  ' Thu, 01 Jan 2026 12:00:00 +0000\n'
const PLAIN =
  'From: Alice <alice@sender.example>\nTo: bob@example.org\nSubject: Minutes\nMessage-ID: <1@sender.example>\n' +
  'Date: Thu, 01 Jan 2026 12:00:00 +0000\n\nHello Bob,\n\nthe minutes are at the end of this mail.\n'
const PHISHING = PLAIN.replace('Alice <alice@sender.example>', 'PayPal <service@paypal-help.top>').replace(
  'Hello Bob,',
  'Your account is suspended. Verify within 24 hours: http://198.51.100.7/login',
)

let folder: Scratch
beforeAll(async () => {
  folder = await scratch()
  await writeFile(join(folder.path, 'plain.eml'), `Return-Path: <alice@sender.example>\n${RECEIVED}${PLAIN}`)
  await writeFile(join(folder.path, 'phishing.eml'), PHISHING)
  const config = { name: 'mx.example.org', thresholds: { tag: 'off', quarantine: 500, reject: 900 } }
  await writeFile(join(folder.path, 'lax.json'), JSON.stringify(config))
})
afterAll(() => folder.remove())

/** Without DNS. A name of a file is below the folder of the test. */
async function run(...args: readonly string[]) {
  const lines: string[] = []
  const errors: string[] = []
  const status = await main(
    ['score', '--offline', ...args.map(arg => (/\.(?:eml|json)$/.test(arg) ? join(folder.path, arg) : arg))],
    { out: line => void lines.push(line), error: line => void errors.push(line) },
  )
  return { status, text: lines.join('\n'), lines, errors: errors.join('\n') }
}

test('a table has points, rule and reason of each finding, and ends with score, verdict and thresholds', async () => {
  const { status, lines, text } = await run('phishing.eml')
  expect(status).toBe(1)
  expect(text).toMatch(/^ {2}points {2}rule +reason$/m)
  expect(text).toMatch(/^ +\+[\d.]+ {2}links\/ip +a link leads to the address “198\.51\.100\.7”$/m)
  expect(lines.at(-1)).toMatch(/^ {2}score [\d.]+: (?:quarantine|reject) \(tag 4, quarantine 6, reject 15\)$/)
})

test('what is unknown is said, and is not charged', async () => {
  const { status, text } = await run('plain.eml')
  expect(status).toBe(0)
  expect(text).toContain('client unknown, HELO unknown, MAIL FROM unknown, RCPT TO unknown')
  expect(text).toContain('the client is unknown')
  expect(text).toContain('MAIL FROM is unknown')
  expect(text).not.toMatch(/^ +\+[\d.]+ {2}(?:rdns|helo|spf|dkim|dmarc|sender-domain|recipients|bounce)/m)
  expect(text).toMatch(/score 0: accept/)
})

test('a trusted server has recorded the session', async () => {
  const { lines } = await run('plain.eml', '--received-by', 'mx.example.org')
  expect(lines[1]).toBe(
    '  client 192.0.2.77, HELO mail.sender.example, MAIL FROM <alice@sender.example>, RCPT TO unknown, received by mx.example.org',
  )
})

test('the name of the configuration is trusted, and its thresholds decide', async () => {
  const { status, text } = await run('plain.eml', 'phishing.eml', '--config', 'lax.json')
  expect(status).toBe(0)
  expect(text).toContain('client 192.0.2.77')
  expect(text.match(/accept \(tag off, quarantine 500, reject 900\)/g)).toHaveLength(2)
})

test('JSON has one line for each message, with the same findings', async () => {
  const { lines } = await run('plain.eml', 'phishing.eml', '--json', '--client', '192.0.2.1', '--from', 'a@b.example')
  expect(lines).toHaveLength(2)
  const [plain, phishing] = lines.map(line => JSON.parse(line))
  expect(plain).toMatchObject({ verdict: 'accept', tagged: false, client: '192.0.2.1', reversePath: 'a@b.example' })
  expect(phishing.thresholds).toEqual({ tag: 4, quarantine: 6, reject: 15 })
  expect(phishing.findings).toContainEqual(expect.objectContaining({ rule: 'links/ip', points: expect.any(Number) }))
  const sum = phishing.findings.reduce((all: number, { points = 0 }: { points?: number }) => all + points, 0)
  expect(sum).toBeCloseTo(phishing.score)
})

test('- reads standard input', async () => {
  const lines: string[] = []
  const output = { out: (line: string) => void lines.push(line), error: (line: string) => void lines.push(line) }
  async function* input() {
    yield Buffer.from(PHISHING.slice(0, 100))
    yield Buffer.from(PHISHING.slice(100))
  }
  expect(await scoreCommand(['-', '--offline', '--json'], output, input())).toBe(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ file: '-', score: expect.any(Number) })
})

test('a file that is not there is named, the others are explained, and the exit status is 2', async () => {
  const { status, text, errors } = await run('none.eml', 'plain.eml')
  expect([status, text.includes('accept')]).toEqual([2, true])
  expect(errors).toMatch(/none\.eml: ENOENT/)
})

test.for([
  [['--client', 'mx.example.org', 'plain.eml'], '--client'],
  [[], 'usage: postern score'],
  [['-', '-'], 'usage: postern score'],
  [['plain.eml', '--colour'], 'colour'],
] as const)('%j is a mistake', async ([args, words]) => {
  const { status, errors } = await run(...args)
  expect(status).toBe(2)
  expect(errors).toContain(words)
})

test('neither text of the message nor of the session can move the cursor of a terminal', async () => {
  const hostile = '\u202e\u001b[2J\u009b2J'
  await writeFile(join(folder.path, 'escape.eml'), PHISHING.replace('PayPal', `PayPal ${hostile} Service`))
  for (const more of [[], ['--json']]) {
    const { lines } = await run('escape.eml', '--helo', hostile, '--rcpt', `${hostile}@example.org`, ...more)
    expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    if (more.length > 0) expect(JSON.parse(lines[0] ?? '').helo).toBe(hostile)
  }
  const { errors } = await run(`none${hostile}.eml`)
  expect(errors).not.toMatch(/[\p{Cc}\p{Cf}]/u)
})

test('a folder is no message, and a device without an end is not read to its end', async () => {
  const { errors } = await run(folder.path, '/dev/zero')
  expect(errors).toContain('a folder; name the files in it')
  expect(errors).toContain('/dev/zero: more than 104857600 bytes')
})

describe('the fields of the receiving server', () => {
  const given: GivenEnvelope = { rcpt: [], receivers: ['mx.example.org'] }
  const read = (text: string, more: Partial<GivenEnvelope> = {}) =>
    scoredMessage(Buffer.from(text.replaceAll('\n', '\r\n')), { ...given, ...more })
  const forged = RECEIVED.replace('192.0.2.77', '203.0.113.9').replace('by mx.example.org', 'by mx.example.com')

  test('are taken away, so that rules judge what the client sent', () => {
    const { content } = read(`Return-Path: <a@b.example>\n${RECEIVED}${forged}${PLAIN}`)
    expect(content.toString()).toBe(`${forged}${PLAIN}`.replaceAll('\n', '\r\n'))
  })

  test('below an untrusted field are not read: the client may have written them', () => {
    expect(read(`${forged}${RECEIVED}${PLAIN}`)).toMatchObject({ forwardPaths: [] })
    expect(read(`${forged}${RECEIVED}${PLAIN}`).ip).toBeUndefined()
  })

  test('of a relay inside lead to the server that received the message', () => {
    const inside = RECEIVED.replace('192.0.2.77', '10.0.0.1').replace('mail.sender.example', 'relay.example.org')
    expect(read(`${inside}${RECEIVED}${PLAIN}`)).toMatchObject({ ip: '192.0.2.77', helo: 'mail.sender.example' })
  })

  test('Return-Path counts above the trusted field alone', () => {
    expect(read(`Return-Path: <>\n${RECEIVED}${PLAIN}`).reversePath).toBe('')
    expect(read(`${RECEIVED}Return-Path: <eve@evil.example>\n${PLAIN}`).reversePath).toBeUndefined()
    expect(read(`Return-Path: <eve@evil.example>\n${PLAIN}`).reversePath).toBeUndefined()
  })

  test('give way to options', () => {
    const own = { client: '198.51.100.1', helo: 'x.example', from: '', rcpt: ['<bob@example.org>'] }
    expect(read(`Return-Path: <a@b.example>\n${RECEIVED}${PLAIN}`, own)).toMatchObject({
      ip: '198.51.100.1',
      helo: 'x.example',
      reversePath: '',
      forwardPaths: ['bob@example.org'],
    })
  })

  test('the line of an mbox file is no field', () => {
    expect(read(`From alice@sender.example Thu Jan  1 12:00:00 2026\n${PLAIN}`).content.toString()).toMatch(/^From: /)
  })
})
