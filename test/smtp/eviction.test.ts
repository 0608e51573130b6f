/** On each of our fronts: while descriptors are short a session that stands still ends for a newcomer. */
import { expect, test } from 'vitest'
import { loadMeter } from '../../src/load/meter.ts'
import type { LoadMeter } from '../../src/model/load.ts'
import { frontServer } from '../support/front-server.ts'
import { guardedServer } from '../support/guarded-server.ts'
import { handClock } from '../support/hand-clock.ts'

/** Two sessions are all that descriptors are left for. */
function short() {
  const clock = handClock()
  const measured = loadMeter({ clock })
  let open = 0
  const load: LoadMeter = {
    now: () => measured.now(),
    reportOverflow: () => measured.reportOverflow(),
    recordLatency: (what, ms) => measured.recordLatency(what, ms),
    report: (what, share) => measured.report(what, share),
    hasBudget: share => measured.hasBudget(share),
    level: 'green',
    overflowing: false,
    adjust: (what, by) => {
      if (what === 'descriptors') open += by
      else measured.adjust(what, by)
    },
    hasDescriptor: use => open < (use === 'session' ? 2 : 3),
  }
  return { clock, load, open: () => open }
}

const LETTER = 'From: a@example.net\r\nSubject: x\r\n\r\nx\r\n.'
const body = `${'x'.repeat(998)}\r\n`.repeat(100)

test.for(['guard', 'protect', 'front'] as const)(
  'K03 %s: in place of a message that stands still a newcomer is served, and who goes on stays',
  async by => {
    const { clock, load, open } = short()
    const gateway = { clock, load, trustedNetworks: [] }
    await using host = await (by === 'front' ? frontServer({ gateway }) : guardedServer({ by, gateway }))
    const [stalled, steady] = [await host.greeted(), await host.greeted()]
    for (const line of ['MAIL FROM:<a@example.net>', 'RCPT TO:<b@example.org>', 'DATA']) await stalled.say(line)
    stalled.send(`From: a@example.net\r\n\r\n${body}`)
    expect(await host.client().reply()).toMatch(/^421 4\.7\.0 /)
    expect(await steady.say('MAIL FROM:<a@example.net>')).toMatch(/^250 /)
    for (let second = 0; second < 8; second += 1) {
      await clock.advance(900)
      expect(await steady.say(`RCPT TO:<b${second}@example.org>`)).toMatch(/^250 /)
    }
    const newcomer = host.client()
    expect(await newcomer.reply()).toMatch(/^220 /)
    expect(await stalled.reply()).toMatch(/^421 4\.3\.2 Too busy to wait for this client, try again later ref=/)
    await clock.advance(1_000)
    await stalled.closed
    for (const line of ['EHLO client.example.net', 'MAIL FROM:<a@example.net>', 'RCPT TO:<b@example.org>', 'DATA'])
      await newcomer.say(line)
    expect(await newcomer.say(LETTER)).toMatch(/^250 /)
    expect(await steady.say('NOOP')).toMatch(/^250 /)
    await expect.poll(open).toBe(2)
  },
)
