/**
 * The figures that postern is held to, each beside its target and beside a named baseline of the same run:
 * `npm run bench`, `npm run bench -- c f` for some of them, `npm run bench -- --quick` to see that they work. Figures
 * are CPU where nothing else is said. Why a target is missed stands in decisions/008-speed.md.
 */
import { existsSync } from 'node:fs'
import { dkimCosts } from './dkim.ts'
import { decisionCost, importCost } from './engine.ts'
import { acceptCosts, ratios, refusalCosts, sessionCosts } from './host.ts'
import { scanCosts } from './scan.ts'

interface Figure {
  readonly name: string
  readonly what: string
  readonly target: string
  /** Its lines. */
  readonly measure: () => Promise<readonly string[]>
}

const quick = process.argv.includes('--quick')
const chosen = process.argv.slice(2).filter(argument => argument !== '--quick')

const ms = (value: number): string => `${value.toFixed(3)} ms`
const kb = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`
const against = (value: number | undefined, most: number): string =>
  value === undefined ? 'not measured' : value <= most ? 'target met' : 'TARGET MISSED'

const figures: readonly Figure[] = [
  {
    name: 'a',
    what: 'smtp-server accepts and discards, CPU of the server: ms a message = s for 1000; in brackets, times bare',
    target: 'empty gateway ≤ 1.10 × bare',
    measure: async () =>
      (await acceptCosts({ quick })).map(({ message, costs }) => {
        const empty = costs.find(({ variant }) => variant === 'empty gateway')
        return `${message}: ${ratios(costs)}: ${against(empty?.ratio, 1.1)}`
      }),
  },
  {
    name: 'b',
    what: 'a refused connection, CPU of the server: ms; in brackets, times a net.Server that writes 554 and closes',
    target: 'protect ≤ 1.2 × the plain server',
    measure: async () => {
      const costs = await refusalCosts({ quick })
      const met = (wanted: string) => against(costs.find(({ variant }) => variant === wanted)?.ratio, 1.2)
      return [
        `${ratios(costs)}: refused by a filter: ${met('protect, 554')}; refused: ${met('protect, recently refused')}`,
      ]
    },
  },
  {
    name: 'c',
    what: 'the engine alone: twelve filters with a finding at every stage, connect to rcpt',
    target: '≤ 50 µs a session',
    measure: async () => {
      const cost = await decisionCost()
      return [`${cost.toFixed(1)} µs a session: ${against(cost, 50)}`]
    },
  },
  {
    name: 'd',
    what: 'a whole message, connect to decision, answers of DNS in memory',
    target: 'signed 4 KB ≤ 0.4 ms beyond receiving it; ≤ 15 ms a megabyte',
    measure: async () => [
      ...(await scanCosts()).map(({ message, empty, recommended, authenticate, simpleParser }) => {
        const beyond = recommended - empty
        const line =
          `${message}: recommended ${ms(recommended)}, ${ms(beyond)} beyond an empty gateway; ` +
          `${(recommended / authenticate).toFixed(2)} × mailauth authenticate ${ms(authenticate)}, ` +
          `${(recommended / simpleParser).toFixed(2)} × mailparser simpleParser ${ms(simpleParser)}`
        if (message === 'signed 4 KB') return `${line}: ${against(beyond, 0.4)}`
        return message.startsWith('each MB') ? `${line}: ${against(recommended, 15)}` : line
      }),
      ...(await dkimCosts()).map(
        ({ message, ours, mailauth, sha256 }) =>
          `DKIM alone, ${message}: ${ms(ours)}, ${(ours / mailauth).toFixed(2)} × mailauth, ${(ours / sha256).toFixed(1)} × the bare sha256`,
      ),
    ],
  },
  {
    name: 'e',
    what: '1,000 sessions after EHLO, what JavaScript holds for each and what the process grows by',
    target: "≤ 10 KB beyond smtp-server's own",
    measure: async () => {
      const [bare, ...ours] = await sessionCosts()
      if (bare === undefined) return ['not measured']
      return [
        `bare: ${kb(bare.held)} held, ${kb(bare.resident)} resident`,
        ...ours.map(({ variant, held, resident }) => {
          const beyond = `${kb(held - bare.held)} held, ${kb(resident - bare.resident)} resident beyond bare`
          return `${variant}: ${beyond}: ${against(held - bare.held, 10 * 1024)}`
        }),
      ]
    },
  },
  {
    name: 'f',
    what: "the time of import 'postern', beyond a process that imports nothing",
    target: '≤ 20 ms',
    measure: async () => {
      const built = new URL('../dist/index.js', import.meta.url)
      const isBuilt = existsSync(built)
      const cost = importCost((isBuilt ? built : new URL('../src/index.ts', import.meta.url)).href)
      return [
        `${cost.toFixed(1)} ms, ${isBuilt ? 'as built' : 'from source: npm run build first'}: ${against(cost, 20)}`,
      ]
    },
  },
]

const unknown = chosen.filter(name => !figures.some(figure => figure.name === name))
if (unknown.length > 0) throw new Error(`no figure is called ${unknown.join(', ')}: they are a to f`)
for (const { name, what, target, measure } of figures) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  console.log(`(${name}) ${what}\n    target: ${target}`)
  for (const line of await measure()) console.log(`    ${line}`)
}
