/**
 * Each thing behind the relay fails in each way while mail flows: nothing is lost, nothing is leaked, and it comes back
 * by itself.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'vitest'
import { full } from '../support/full.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'
import { cases, type Fault } from './dependencies.ts'
import { isBack } from './leaks.ts'
import { flow, type MailOptions, mail, type Sent, wrongs } from './mail.ts'
import { watchedRelay } from './watched-relay.ts'

/** How long each fault lasts, in milliseconds, and how far apart messages are. */
const LASTS = full ? 20_000 : 800
const EVERY = full ? 250 : 120

test.concurrent.for(Object.entries(cases))(
  '%s fails in every way: no 250 without the message, nothing leaked, no restart',
  { timeout: INSTALL_TIMEOUT },
  async ([name, { start, answers, told }], { expect }) => {
    await using dependency = await start()
    await using relay = await watchedRelay(dependency.args, dependency)
    const sent: Sent[] = []
    let count = 0
    const next = (): MailOptions => {
      count += 1
      return { port: relay.port, id: `m${count}`, ...dependency.mail?.(count) }
    }
    const noticed = (what: RegExp) => relay.notices().join('').match(what)?.length ?? 0
    const isTaken = async () => {
      const one = await mail(next())
      sent.push(one)
      return one.reply.slice(0, 4)
    }
    // Whatever is loaded and kept once is there before it is measured.
    for (let first = 0; first < 12; first += 1) await isTaken()
    expect([name, sent.filter(one => !isJust(one))]).toEqual([name, []])
    const before = await relay.holdings()

    for (const [fault, expected] of Object.entries(answers) as [Fault, RegExp][]) {
      await dependency.become(fault)
      const mails = flow(next, EVERY)
      await sleep(LASTS)
      // Those that had begun by now have met the fault, at least in part.
      const met = await Promise.race([mails.end(), sleep(3_000).then(mails.sent)])
      expect([
        fault,
        met.filter(({ reply }) => !expected.test(reply) && !PUT_OFF.test(reply)).map(({ reply }) => reply),
      ]).toEqual([fault, []])
      await dependency.become('open')
      const all = await mails.end()
      expect([
        fault,
        all.filter(one => !isJust(one) && !/^45[012] /.test(one.reply) && !PUT_OFF.test(one.reply)),
      ]).toEqual([fault, []])
      expect(all.length).toBeGreaterThan(2)
      sent.push(...all)
      await expect.poll(isTaken, { timeout: 20_000, interval: 200 }).toBe('250 ')
      if (told) await expect.poll(() => noticed(told.away) - noticed(told.back), { timeout: 20_000 }).toBe(0)
    }
    const arrived = await dependency.arrived()
    expect(wrongs(sent, arrived)).toEqual([])
    expect(arrived.filter(message => message.includes('<virus'))).toEqual([])
    if (told) expect(noticed(told.away)).toBeGreaterThan(0)
    await isBack(relay, before, expect)
  },
)

/** Where each message waits long for what fails, the relay refuses sessions: other messages come again. */
const PUT_OFF = /^421 4\.3\.2 /

/** What is honest is taken, and what is not is not. */
const isJust = ({ id, reply }: Sent): boolean => (id.startsWith('virus') ? /^550 5\.7\.1 / : /^250 /).test(reply)
