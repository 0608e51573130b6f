/**
 * The shape of the source: imports go one way, no file leads back to itself, packages are known by few files, no file
 * is long.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join, normalize } from 'node:path'
import { type Node, parse } from 'acorn'
import { expect, test } from 'vitest'

interface Import {
  readonly from: string
  /** A file below src, or a package. */
  readonly to: string
  readonly kind: 'type' | 'static' | 'dynamic'
}

/** From the ground up: a room imports from itself and from the rooms below it, types included. */
const ROOMS = [
  'model',
  'threads',
  'sqlite',
  'net',
  'dns',
  'policy',
  'load',
  'observe',
  'log',
  'store',
  'postgres',
  'history',
  'quarantine',
  'mime/decode',
  'mime/header',
  'filetypes',
  'mime',
  'html',
  'links',
  'archives',
  'codes',
  'classify',
  'facts',
  'trace',
  'engine',
  'filters/rules',
  'filters/content',
  'filters',
  'index.ts',
  'types.ts',
  'smtp',
  'adapters/shared',
  'adapters',
  'testing',
  'mailing',
  'digest',
  'alerts',
  'reports',
  'doctor',
  'console',
  'relay',
  'cli',
] as const

/** The files that may know a package, and whether it is loaded at once or when it is first needed. */
const KNOWN_BY: Readonly<Record<string, readonly [kind: 'static' | 'dynamic', ...files: readonly string[]]>> = {
  'smtp-server': ['static', 'relay/listener.ts'],
  uplot: ['dynamic', 'console/web/charts/plot.ts'],
  ioredis: ['dynamic', 'relay/stores.ts'],
  postgres: ['dynamic', 'postgres/client.ts'],
  tldts: ['dynamic', 'dns/organisation.ts'],
  valibot: [
    'static',
    'model/options.ts',
    'console/api/read-request.ts',
    'console/api/schemas.ts',
    'console/api/schemas/account.ts',
    'console/api/schemas/messages.ts',
    'console/api/schemas/operation.ts',
    'console/api/schemas/values.ts',
    'console/api/schemas/watching.ts',
  ],
  'mailauth/lib/dmarc/index.js': ['dynamic', 'facts/dmarc-evaluation.ts'],
  'mailauth/lib/arc/index.js': ['dynamic', 'facts/arc/seals.ts', 'relay/delivery/sealing.ts'],
  'mailauth/lib/dkim/sign.js': ['dynamic', 'relay/delivery/sealing.ts'],
  'nodemailer/lib/mail-composer': ['dynamic', 'mailing/compose.ts'],
  'dkim-signer': ['dynamic', 'mailing/sign.ts'],
  uqr: ['static', 'console/web/components/enrolment.tsx'],
  htmlparser2: ['dynamic', 'html/entities.ts', 'reports/read/xml.ts'],
  'zxing-wasm/reader': ['dynamic', 'codes/zxing.ts'],
  '@jsquash/webp/decode.js': ['dynamic', 'codes/webp.ts'],
  yauzl: ['dynamic', 'archives/zip-directory.ts'],
  'rate-limiter-flexible': ['dynamic', 'store/limiter.ts'],
  hono: ['dynamic', 'console/app.ts'],
  '@hono/node-server': ['dynamic', 'console/serve.ts'],
  otpauth: ['dynamic', 'console/accounts/totp.ts'],
  'openid-client': ['dynamic', 'console/sign-in/oidc.ts'],
}

/** What is still to be mended; nothing may be added. */
const KNOWN_UPWARDS: readonly string[] = []
const KNOWN_CIRCLES: readonly string[] = []

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter(file => /\.tsx?$/.test(file))
  .toSorted()
const architecture = readFileSync('ARCHITECTURE.md', 'utf8')
const source = (file: string): string => readFileSync(join('src', file), 'utf8')
const imports = files.flatMap(importsOf)
const inside = imports.filter(({ to }) => files.includes(to))
const outside = imports.filter(({ to }) => !files.includes(to) && !to.startsWith('node:'))

/** The innermost room that a file is in. */
function room(file: string): number {
  const found = ROOMS.filter(name => file === name || file.startsWith(`${name}/`)).toSorted(
    (a, b) => b.length - a.length,
  )[0]
  return found === undefined ? -1 : ROOMS.indexOf(found)
}

test('ARCHITECTURE.md shows the same rooms, the highest first', () => {
  const [, picture = ''] = /^## Project structure$[^`]*(?:`[^`]+`[^`]*)*?^```$\n([^`]*)^```$/m.exec(architecture) ?? []
  const shown = picture
    .trim()
    .split('\n')
    .map(line => line.split(' ')[0])
  expect(shown).toEqual(ROOMS.toReversed())
})

test('the request lifecycle has ten steps, and each file that it names exists', () => {
  const [, lifecycle = ''] = /^## Request lifecycle$(.*?)^## /ms.exec(architecture) ?? []
  expect(lifecycle.match(/^\d+\. \*\*/gm)?.map(step => Number.parseInt(step, 10))).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
  ])
  const steps = lifecycle.split(/^(?=\d+\. )/m).slice(1)
  const named = steps.map(step => Array.from(step.matchAll(/`src\/([\w./-]+\.ts)`/g), ([, file = '']) => file))
  expect(named.flatMap((paths, index) => (paths.length === 0 ? [`step ${index + 1} names no file`] : []))).toEqual([])
  expect(named.flat().filter(file => !files.includes(file))).toEqual([])
})

test('every file is in a room', () => {
  expect(files.filter(file => room(file) < 0)).toEqual([])
})

test('imports go one way, types included', () => {
  const upwards = inside.filter(({ from, to }) => room(to) > room(from)).map(({ from, to }) => `${from} → ${to}`)
  expect([...new Set(upwards)].filter(arrow => !KNOWN_UPWARDS.includes(arrow))).toEqual([])
})

test('no file leads back to itself, types included', () => {
  const circles = circlesIn(Map.groupBy(inside, ({ from }) => from))
  expect(circles.filter(circle => !circle.some(file => KNOWN_CIRCLES.includes(file)))).toEqual([])
})

test('a package is known by one file, and a heavy one is loaded only when it is needed', () => {
  const wrong = outside.filter(({ from, to, kind }) => {
    // Packages that users of these entry points have: the types of the host, and vitest for its matchers.
    if (to === 'smtp-server' && from.startsWith('adapters/smtp-server')) return kind === 'static'
    if (to === 'vitest') return from !== 'testing/vitest.ts'
    // The pages of the console are bundled: nothing of it is loaded by Node.
    if (/^preact(\/hooks)?$/.test(to)) return !from.startsWith('console/web/')
    const [how, ...by] = KNOWN_BY[to] ?? ['static']
    return !by.includes(from) || (how === 'dynamic' && kind === 'static')
  })
  expect(wrong).toEqual([])
})

test('the pages of the console share types and names of endpoints with the server, and no code', () => {
  const isPage = (file: string): boolean => file.startsWith('console/web/')
  const crossing = inside.filter(({ from, to, kind }) => isPage(from) !== isPage(to) && kind !== 'type')
  expect(crossing.filter(({ to }) => to !== 'console/api/routes.ts')).toEqual([])
})

test('every import of another file names a file that is there', () => {
  expect(outside.filter(({ to }) => to.endsWith('.ts') || to.startsWith('.'))).toEqual([])
})

/** The texts of a language stand in one file, so that a translator has one: tables, not code. */
const isTexts = (file: string): boolean => file.startsWith('console/web/texts/')

test.for(files)('%s begins with what it is for', file => {
  expect(source(file).replace(/^#!.*\n/, '')).toMatch(/^\/\*\*/)
})

test.for(files.filter(file => !isTexts(file)))('%s has at most 300 lines', file => {
  const text = source(file)
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(300)
})

/** Their components are divided by hand: what a component returns is long. */
test.for(files.filter(file => file.endsWith('.tsx')))('%s has no function of over 60 lines', file => {
  const functions = source(file).matchAll(/^(?:export )?(?:async )?(?:function|const) (\w+)[\s\S]*?^[)}]/gm)
  const long = Array.from(functions, ([text, name]) => ({ name, lines: text.split('\n').length }))
  expect(long.filter(({ lines }) => lines > 60)).toEqual([])
})

test.for(files.filter(file => file.endsWith('.ts')))(
  '%s has no function of over 60 lines with four inner functions or more',
  file => {
    const long = functionsIn(source(file)).filter(({ lines, inner }) => lines > 60 && inner >= 4)
    expect(long.map(({ line, lines, inner }) => `line ${line}: ${lines} lines, ${inner} inner functions`)).toEqual([])
  },
)

interface Measured {
  readonly line: number
  readonly lines: number
  inner: number
}

/** Every function, method and arrow function. Types become spaces, so that lines stay where they are. */
function functionsIn(text: string): readonly Measured[] {
  const tree = parse(stripTypeScriptTypes(text), { ecmaVersion: 'latest', sourceType: 'module', locations: true })
  const found: Measured[] = []
  const visit = (value: unknown, around: readonly Measured[]): void => {
    if (Array.isArray(value)) for (const each of value) visit(each, around)
    if (!isNode(value)) return
    let within = around
    if (/Function/.test(value.type) && value.loc) {
      for (const outer of around) outer.inner += 1
      const { start, end } = value.loc
      const measured = { line: start.line, lines: end.line - start.line + 1, inner: 0 }
      found.push(measured)
      within = [...around, measured]
    }
    for (const child of Object.values(value)) visit(child, within)
  }
  visit(tree, [])
  return found
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'

/** Groups of files that can be reached from each other (Tarjan 1972). */
function circlesIn(graph: ReadonlyMap<string, readonly Import[]>): readonly (readonly string[])[] {
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const stack: string[] = []
  const circles: string[][] = []
  const visit = (file: string): void => {
    order.set(file, order.size)
    lowest.set(file, order.get(file) ?? 0)
    stack.push(file)
    for (const { to } of graph.get(file) ?? []) {
      if (!order.has(to)) visit(to)
      if (stack.includes(to)) lowest.set(file, Math.min(lowest.get(file) ?? 0, lowest.get(to) ?? 0))
    }
    if (lowest.get(file) !== order.get(file)) return
    const circle = stack.splice(stack.indexOf(file))
    if (circle.length > 1) circles.push(circle)
  }
  for (const file of files) if (!order.has(file)) visit(file)
  return circles
}

function importsOf(from: string): readonly Import[] {
  const text = source(from)
  const target = (to: string): string => (to.startsWith('.') ? normalize(join(dirname(from), to)) : to)
  const declared = text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'"`;=()]*?\sfrom\s+)?'([^']+)'/gm)
  const called = text.matchAll(/(typeof\s+)?\bimport\(\s*'([^']+)'/g)
  return [
    ...Array.from(declared, ([, type, to = '']) => ({ from, to: target(to), kind: type ? 'type' : 'static' }) as const),
    ...Array.from(called, ([, type, to = '']) => ({ from, to: target(to), kind: type ? 'type' : 'dynamic' }) as const),
  ]
}
