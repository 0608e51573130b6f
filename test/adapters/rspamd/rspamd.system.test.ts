/** Real clients of Rspamd and spamd: rspamc, spamc and Exim's spam condition. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eximSays } from '../../support/exim.ts'
import { scratch } from '../../support/scratch.ts'
import { INSTALL_TIMEOUT, need, unpacked } from '../../support/services.ts'
import { examples, offer, opened, plain } from './gateway.ts'

const run = promisify(execFile)

let port: number
let close: () => void

beforeAll(async () => {
  const { server, port: own } = await opened()
  port = own
  close = () => server.close()
})
afterAll(() => close())

describe('by the real clients', () => {
  let rspamc: string
  let spamc: string
  beforeAll(async () => {
    rspamc = await need('rspamc', ['rspamd'])
    spamc = await need('spamc', ['spamc'])
    // Fetched here, so that no test waits for it.
    await unpacked('usr/sbin/exim4', 'exim4-daemon-heavy')
  }, INSTALL_TIMEOUT)

  /** Runs a program with a message on its input. */
  async function piped(
    program: string,
    args: readonly string[],
    input: string,
  ): Promise<{ readonly out: string; readonly code: number }> {
    const child = spawn(program, args)
    const chunks: Buffer[] = []
    child.stdout.on('data', chunk => chunks.push(chunk))
    child.stdin.end(input)
    const [code] = await once(child, 'close')
    return { out: Buffer.concat(chunks).toString(), code }
  }

  test('rspamc checks, learns and asks for numbers', async () => {
    await using folder = await scratch()
    const file = join(folder.path, 'offer.eml')
    await writeFile(file, offer)
    const to = ['-h', `127.0.0.1:${port}`]
    const { stdout } = await run(rspamc, [
      ...to,
      '-i',
      '192.0.2.7',
      '-F',
      'alice@example.org',
      '-r',
      'bob@example.net',
      file,
    ])
    expect(stdout).toMatch(/Action: add header\n/)
    expect(stdout).toMatch(/Score: 9\.00 \/ 15\.00/)
    expect(stdout).toMatch(/Symbol: WORDS_OFFER \(8\.00\)/)
    expect((await run(rspamc, [...to, 'learn_ham', file])).stdout).toContain('success = true')
    expect(examples.at(-1)?.label).toBe('ham')
    expect((await run(rspamc, [...to, 'stat'])).stdout).toMatch(/Messages scanned: \d+/)
    expect((await run(rspamc, [...to, 'uptime'])).stdout).toMatch(/Uptime: \d+/i)
    expect((await run(rspamc, [...to, 'counters'])).stdout).toContain('WORDS_OFFER')
  })

  test('spamc checks, reports and learns', async () => {
    const to = ['-d', '127.0.0.1', '-p', String(port)]
    expect(await piped(spamc, [...to, '-c'], offer)).toEqual({ out: '9.0/6.0\n', code: 1 })
    expect(await piped(spamc, [...to, '-c'], plain)).toEqual({ out: '1.0/6.0\n', code: 0 })
    const report = (await piped(spamc, [...to, '-R'], offer)).out
    expect(report).toContain('WORDS_OFFER')
    expect(report.match(/9\.0\/6\.0/g)).toHaveLength(1)
    expect((await piped(spamc, [...to, '--tests'], offer)).out).toContain('CLIENT,WORDS_OFFER,WHO')
    expect((await piped(spamc, to, offer)).out).toMatch(/X-Spam-Status: Yes[\s\S]*Subject: An offer/)
    expect((await piped(spamc, [...to, '-L', 'spam'], offer)).out).toBe('Message successfully un/learned\n')
    expect(examples.at(-1)?.label).toBe('spam')
  })

  // The table of docs/migrate/spamassassin.md.
  test.for<readonly [options: readonly string[], out: RegExp, code: number]>([
    [['-E'], /^(?:.*\r?\n)*X-Spam-Flag: YES\r?\n(?:.*\r?\n)*Subject: An offer/, 1],
    [['--headers'], /^(?:.*\r?\n)*X-Spam-Flag: YES\r?\n(?:.*\r?\n)*Subject: An offer/, 0],
    [['-r'], /9\.0\/6\.0\s[\s\S]*WORDS_OFFER/, 0],
    [['-K'], /^SPAMD\/1\.5 0/, 0],
    [['-u', 'bob', '-c'], /^9\.0\/6\.0\n$/, 1],
    [['-L', 'forget'], /^Message was already un\/learned\n$/, 0],
  ])('spamc %s', async ([options, out, code]) => {
    const learned = examples.length
    const said = await piped(spamc, ['-d', '127.0.0.1', '-p', String(port), ...options], offer)
    expect(said).toEqual({ out: expect.stringMatching(out), code })
    expect(examples).toHaveLength(learned)
  })

  test.for([
    ['report', 'spam'],
    ['revoke', 'ham'],
  ] as const)('spamc -C %s trains here, and says that it was reported nowhere else', async ([type, label]) => {
    const learned = examples.length
    const said = await piped(spamc, ['-d', '127.0.0.1', '-p', String(port), '-C', type], offer)
    expect(said.out).toBe('Unable to report/revoke message\n')
    expect(examples.slice(learned).map(example => example.label)).toEqual([label])
  })

  test("Exim's spam condition takes the score and the action", async () => {
    const { replies, queued } = await eximSays({
      main: `spamd_address = 127.0.0.1 ${port} variant=rspamd\nacl_smtp_data = check`,
      acl: 'begin acl\ncheck:\n  accept spam = nobody:true\n    add_header = X-Action: $spam_action $spam_score',
      ip: '192.0.2.7',
      lines: [
        ...['EHLO mx.example.org', 'MAIL FROM:<alice@example.org>', 'RCPT TO:<bob@example.net>', 'DATA'],
        ...[...offer.replace('\n.\n', '\n..\n').split('\n'), '.'],
      ],
    })
    expect(replies).toMatch(/250 OK id=/)
    expect(queued).toEqual([expect.stringContaining('X-Action: add header 9.0')])
  })
})
