/** The hostile clients of the flood benchmark, in a separate process: as many attempts a second as their order says. */
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HostileOrder, HostileResult, Shape } from './words.ts'
import { domain, hostileAddress, messageOf, refusedAddress } from './world.ts'

/** Sockets of this process. Slow ones have most of them. */
const MAX_SOCKETS = 8_000
const TURN = 10
/** Milliseconds after which an attempt without an answer is given up. */
const GIVE_UP = 20_000

const spam = messageOf('spam', 'bank.example')
const HEAD = `EHLO localhost\r\n`
const ENVELOPE = ['MAIL FROM:<a@bank.example>\r\n', `RCPT TO:<b@${domain}>\r\n`, 'DATA\r\n']
const counts: Record<Shape, number> = { refused: 0, early: 0, spam: 0, slow: 0 }

interface Tally {
  due: number
  unsent: number
  readonly ended: Record<string, number>
}

interface Attempt {
  readonly socket: Socket
  /** Somebody has said something; the code of his last line. */
  readonly onReply: (code: string) => void
  readonly connected: () => void
}

function full(socket: Socket): Pick<Attempt, 'onReply' | 'connected'> {
  const dialogue: readonly (string | Buffer)[] = [HEAD, ...ENVELOPE, spam]
  let said = 0
  return {
    connected: () => undefined,
    onReply: code => {
      const next = dialogue[said]
      said += 1
      if (code >= '400' || next === undefined) socket.end('QUIT\r\n')
      else socket.write(next)
    },
  }
}

const hostile: Readonly<Record<Shape, (socket: Socket, index: number) => Pick<Attempt, 'onReply' | 'connected'>>> = {
  // Every second one waits for the greeting, and then for nothing more.
  early: (socket, index) => {
    const all = Buffer.concat([Buffer.from(`${HEAD}${ENVELOPE.join('')}`), spam])
    let said = false
    return {
      connected: () => {
        if (index & 2) socket.write(all)
      },
      onReply: code => {
        if (said || code >= '400') return
        said = true
        if (!(index & 2)) socket.write(all)
      },
    }
  },
  // A client that is let in brings its message, recently refused or not.
  refused: full,
  spam: full,
  // A third each: a command byte by byte, a NOOP now and then, a message byte by byte.
  slow: (socket, index) => {
    const dialogue = [HEAD, ...ENVELOPE]
    let [said, timer] = [0, undefined as NodeJS.Timeout | undefined]
    const drip = (what: string): void => {
      timer ??= setInterval(() => socket.write(what), 1_000)
    }
    socket.on('close', () => clearInterval(timer))
    return {
      connected: () => undefined,
      onReply: code => {
        if (code >= '400') return
        if (index % 3 === 0) return drip('E')
        if (index % 3 === 1) return drip('NOOP\r\n')
        const next = dialogue[said]
        said += 1
        if (next === undefined) drip('x')
        else socket.write(next)
      },
    }
  },
}

async function play({ port, rates, seconds }: HostileOrder): Promise<HostileResult> {
  const wanted = Object.entries(rates) as [Shape, number][]
  const tallies: Partial<Record<Shape, Tally>> = {}
  const open = new Set<Socket>()
  const lates: number[] = []
  const attack = (shape: Shape, into: Tally): void => {
    const index = counts[shape]
    counts[shape] += 1
    const localAddress = shape === 'refused' ? refusedAddress(index) : hostileAddress(index)
    const socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true })
    const { onReply, connected } = hostile[shape](socket, index)
    let last = 'none'
    open.add(socket)
    socket.setEncoding('latin1')
    socket.on('error', () => undefined)
    socket.on('connect', connected)
    socket.on('data', (text: string) => {
      const code = /(?:^|\n)(\d{3}) [^\n]*\n$/.exec(text)?.[1]
      if (code === undefined) return
      // The refusal, and not the 221 that a QUIT is answered with.
      if (last === 'none' || last < '400') last = code
      onReply(code)
    })
    socket.on('close', () => {
      if (!open.delete(socket)) return
      into.ended[last] = (into.ended[last] ?? 0) + 1
    })
    if (shape !== 'slow') socket.setTimeout(GIVE_UP, () => socket.destroy())
  }
  const begin = performance.now()
  for (const [shape] of wanted) tallies[shape] = { due: 0, unsent: 0, ended: {} }
  for (let now = 0; now < seconds * 1_000; now = performance.now() - begin) {
    for (const [shape, rate] of wanted) {
      const into = tallies[shape]
      if (into === undefined) continue
      for (const due = Math.floor((now * rate) / 1_000); into.due < due; into.due += 1) {
        lates.push(now - (into.due * 1_000) / rate)
        if (open.size < MAX_SOCKETS) attack(shape, into)
        else into.unsent += 1
      }
    }
    await sleep(TURN)
  }
  // Those that are nearly done may end; the slow have had their time.
  for (let left = 0; left < 100 && open.size > 0; left += 1) {
    if (rates.slow !== undefined || left > 50) break
    await sleep(TURN)
  }
  const held = open.size
  for (const socket of open) {
    open.delete(socket)
    socket.destroy()
  }
  const slow = tallies.slow ?? Object.values(tallies)[0]
  if (slow && held > 0) slow.ended.held = held
  lates.sort((a, b) => a - b)
  return { tallies, late: lates[Math.floor(lates.length * 0.95)] ?? 0 }
}

process.on('message', (order: HostileOrder) => {
  play(order).then(result => process.send?.(result))
})
process.on('disconnect', () => process.exit())
