/** The shape of the source: imports go one way, dear packages are known by one file each, and no file is long. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'

interface Import {
  readonly from: string
  /** A file below src, or a package. */
  readonly to: string
  /** What is erased costs nothing and makes no cycle. */
  readonly kind: 'type' | 'static' | 'dynamic'
}

const WORDS = [
  'finding',
  'fact',
  'stage',
  'filter',
  'decision',
  'units',
  'errors',
  'world',
  'feedback',
  'combine',
  'lazily',
  'options',
  'checks',
  'filter-check',
  'nearest',
  'malformed',
].map(word => `core/${word}.ts`)
const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts'))
  .toSorted()
const source = (file: string): string => readFileSync(join('src', file), 'utf8')
const imports = files.flatMap(importsOf)
const inside = imports.filter(({ to }) => files.includes(to))
const outside = imports.filter(({ to }) => !files.includes(to) && !to.startsWith('node:'))

/** The room of a file. The core has two: the words anybody may use, and the machinery that uses everybody. */
const room = (file: string): string =>
  WORDS.includes(file) ? 'words' : file.includes('/') ? (file.split('/')[0] ?? '') : 'front'

/** Which rooms each room may import from, beside itself. */
const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  words: [],
  net: ['words'],
  dns: ['words', 'net'],
  mime: ['words', 'net'],
  html: ['words', 'net'],
  links: ['words', 'net', 'dns'],
  store: ['words', 'net'],
  archives: ['words'],
  classify: ['words', 'mime'],
  cli: [],
  facts: ['archives', 'words', 'net', 'dns', 'mime', 'html', 'links', 'store'],
  load: ['words'],
  observe: ['words', 'load'],
  filters: ['classify', 'words', 'net', 'dns', 'mime', 'html', 'links', 'store', 'facts', 'load', 'observe'],
  trace: ['words', 'net', 'dns', 'mime', 'facts'],
  policy: ['words'],
  core: ['words', 'net', 'dns', 'mime', 'store', 'load', 'observe', 'facts', 'filters', 'trace', 'policy'],
  front: ['words', 'net', 'dns', 'mime', 'store', 'load', 'observe', 'facts', 'filters', 'trace', 'policy', 'core'],
  adapters: [
    'words',
    'net',
    'dns',
    'mime',
    'store',
    'load',
    'observe',
    'facts',
    'filters',
    'trace',
    'policy',
    'core',
    'front',
  ],
  smtp: ['words', 'net', 'load', 'trace', 'policy', 'core', 'front', 'adapters'],
  testing: [
    'words',
    'net',
    'dns',
    'mime',
    'store',
    'load',
    'observe',
    'facts',
    'filters',
    'trace',
    'policy',
    'core',
    'front',
    'adapters',
  ],
}

/** The command line stands on top of everything. */
const TOP = ['cli.ts', 'cli/learn.ts', 'cli/mailboxes.ts', 'cli/output.ts']

/** The only files that may know a package, and how: the light ones at once, the dear ones when they are needed. */
const KNOWN_BY: Readonly<Record<string, readonly [kind: 'static' | 'dynamic', ...files: readonly string[]]>> = {
  // Three milliseconds at import, measured in decisions/022.
  valibot: ['static', 'core/options.ts'],
  'ipaddr.js': ['dynamic', 'net/address.ts'],
  tldts: ['dynamic', 'dns/organisation.ts'],
  'mailauth/lib/dmarc/index.js': ['dynamic', 'facts/dmarc.ts'],
  'mailauth/lib/arc/index.js': ['dynamic', 'facts/arc/seals.ts'],
  htmlparser2: ['dynamic', 'html/tokens.ts'],
  yauzl: ['dynamic', 'archives/zip.ts'],
  'rate-limiter-flexible': ['dynamic', 'store/limiter.ts'],
}

test.for(files)('%s imports only from rooms below it', file => {
  const own = room(file)
  expect(Object.keys(MAY_USE)).toContain(own)
  if (TOP.includes(file)) return
  const wrong = inside
    .filter(({ from, to }) => from === file && room(to) !== own && !MAY_USE[own]?.includes(room(to)))
    // The words name the types of what a filter is given.
    .filter(({ kind }) => !(own === 'words' && kind === 'type'))
  expect(wrong).toEqual([])
})

test('the policy knows words of the core and nothing else', () => {
  const wrong = imports.filter(
    ({ from, to }) => from.startsWith('policy/') && !to.startsWith('policy/') && !WORDS.includes(to),
  )
  expect(wrong).toEqual([])
})

test('no file leads back to itself while the program is loaded', () => {
  const next = Map.groupBy(
    inside.filter(({ kind }) => kind === 'static'),
    ({ from }) => from,
  )
  const done = new Set<string>()
  const cycles: string[] = []
  const walk = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) cycles.push([...way.slice(way.indexOf(file)), file].join(' → '))
    if (done.has(file) || way.includes(file)) return
    for (const { to } of next.get(file) ?? []) walk(to, [...way, file])
    done.add(file)
  }
  for (const file of files) walk(file, [])
  expect(cycles).toEqual([])
})

test('a package is known by one file, and a dear one is loaded only when it is needed', () => {
  const wrong = outside.filter(({ from, to, kind }) => {
    // Types of the host, and the matchers: packages that whoever uses these subpaths has.
    if (to === 'smtp-server' && from.startsWith('adapters/smtp-server')) return kind === 'static'
    if (to === 'vitest' && from.startsWith('testing/')) return kind === 'static'
    const [how, ...by] = KNOWN_BY[to] ?? ['static']
    return !by.includes(from) || (how === 'dynamic' && kind === 'static')
  })
  expect(wrong).toEqual([])
})

test('every import of another file names a file that is there', () => {
  const lost = outside.filter(({ to }) => to.endsWith('.ts') || to.startsWith('.'))
  expect(lost).toEqual([])
})

test.for(files)('%s begins with what it is for, and has at most 300 lines', file => {
  const text = source(file).replace(/^#!.*\n/, '')
  expect(text).toMatch(/^\/\*\*/)
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(300)
})

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
