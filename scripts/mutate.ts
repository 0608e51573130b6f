/**
 * Plants small faults in the source and counts how many the tests notice. Works on a copy, one fault at a time:
 * `npm run mutate -- [--count 60] [--seed 1] [--rooms engine,policy] [--only judge.ts]
 * [--near]`; `--near` runs the tests of the file's room alone. Fails below 90 % and lists survivors.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { join, relative, resolve, sep } from 'node:path'
import { parseArgs } from 'node:util'
import { type Node, parse } from 'acorn'

const FLOOR = 0.9
/** CPU time would notice every fault on a busy machine; the size of bundles notices none, and takes long to build. */
const SKIPPED = ['test/engine/long-lines.test.ts', 'test/filters/weight.test.ts', '**/*.system.test.ts', 'test/data/**']
const CONFIG = `export default {
  test: { include: ['test/**/*.test.ts'], exclude: ${JSON.stringify(SKIPPED)}, maxWorkers: 2, testTimeout: 30_000 },
}
`
/** What is made or installed, not written. */
const LEFT_OUT: ReadonlySet<string> = new Set(['.git', 'node_modules', 'dist', 'coverage'])
/** A mutant that makes the tests of its room hang counts as noticed; other tests may only be many. */
const MIN_TIMEOUT_MS = 120_000
/** A room may take so many times as long as without a fault. */
const SLOWER = 4

interface Mutant {
  readonly file: string
  readonly start: number
  readonly end: number
  readonly replacement: string
}

type AnyNode = Node & Readonly<Record<string, unknown>>

/** What stands in for an operator: the fault that a tired programmer makes. */
const OPERATORS: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '&&': '||',
  '||': '&&',
  '+': '-',
  '-': '+',
}

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    near: { type: 'boolean', default: false },
    rooms: { type: 'string', default: 'engine,policy,filters' },
  },
})

const root = process.cwd()
/** What the last run of tests printed at its end. */
let output = ''
/** Milliseconds: of the slowest room without a fault, and of a run at most. */
let [longest, timeout] = [0, MIN_TIMEOUT_MS]
const copy = mkdtempSync(join(tmpdir(), 'postern-mutate-'))
try {
  process.exitCode = main(Number(values.count), Number(values.seed)) ? 0 : 1
} finally {
  rmSync(copy, { recursive: true, force: true })
}

function main(count: number, seed: number): boolean {
  // All that the tests may read: some import the benchmarks, the build's settings or the documents.
  for (const place of readdirSync(root))
    if (!LEFT_OUT.has(place)) cpSync(join(root, place), join(copy, place), { recursive: true })
  writeFileSync(join(copy, 'vitest.config.ts'), CONFIG)
  symlinkSync(resolve(root, 'node_modules'), join(copy, 'node_modules'))
  // A test that fails without a fault would notice every fault.
  for (const room of values.rooms.split(','))
    if (withoutFault(room)) throw new Error(`the tests of ${room} fail without any fault: mend them first\n${output}`)
  const mutants = sample(sources().flatMap(mutantsOf), count, seed)
  const survivors = mutants.filter((mutant, index) => {
    const isNoticed = notice(mutant)
    console.log(`${index + 1}/${mutants.length} ${isNoticed ? 'noticed ' : 'SURVIVED'} ${describe(mutant)}`)
    return !isNoticed
  })
  const share = 1 - survivors.length / mutants.length
  console.log(`\n${mutants.length - survivors.length} of ${mutants.length} noticed (${(100 * share).toFixed(1)} %)`)
  for (const survivor of survivors) console.log(`  ${describe(survivor)}`)
  return share >= FLOOR
}

/** Whether the tests of a room fail as they are; how long they take bounds the runs with a fault. */
function withoutFault(room: string): boolean {
  timeout = Number.POSITIVE_INFINITY
  const before = performance.now()
  const isFailing = fails('run', join('test', room))
  longest = Math.max(longest, performance.now() - before)
  timeout = Math.max(MIN_TIMEOUT_MS, SLOWER * longest)
  return isFailing
}

function sources(): readonly string[] {
  const files = values.rooms.split(',').flatMap(room =>
    readdirSync(join(copy, 'src', room), { recursive: true, encoding: 'utf8' })
      .filter(file => file.endsWith('.ts') && !file.endsWith('index.ts'))
      .map(file => join('src', room, file)),
  )
  return files.filter(file => values.only === undefined || file.endsWith(values.only)).toSorted()
}

/** Types are blanked out, so that every place stays where it is. */
function mutantsOf(file: string): readonly Mutant[] {
  const source = readFileSync(join(copy, file), 'utf8')
  const code = stripTypeScriptTypes(source)
  const found: Mutant[] = []
  const add = (start: number, end: number, replacement: string): void => {
    found.push({ file, start, end, replacement })
  }
  walk(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }) as unknown as AnyNode, node => {
    const { type, operator, left, right, value } = node as { type: string } & Record<string, unknown>
    if ((type === 'BinaryExpression' || type === 'LogicalExpression') && typeof operator === 'string') {
      const other = OPERATORS[operator]
      const from = (left as AnyNode).end
      const at = code.indexOf(operator, from)
      if (other !== undefined && at >= 0 && at < (right as AnyNode).start && !isText(left, right))
        add(at, at + operator.length, other)
    } else if (type === 'UnaryExpression' && operator === '!') add(node.start, node.start + 1, '')
    else if (type === 'Literal' && typeof value === 'boolean') add(node.start, node.end, String(!value))
    else if (type === 'Literal' && typeof value === 'number') add(node.start, node.end, `(${String(node.raw)} + 1)`)
    else if (type === 'ConditionalExpression') {
      const test = (node as unknown as { test: AnyNode }).test
      add(test.start, test.end, `!(${source.slice(test.start, test.end)})`)
    }
  })
  return found
}

/** `+` between texts joins them; a minus there would fail at once and prove nothing. */
function isText(...nodes: readonly unknown[]): boolean {
  return nodes.some(node => {
    const { type, value } = node as { type: string; value?: unknown }
    return type === 'TemplateLiteral' || (type === 'Literal' && typeof value === 'string')
  })
}

function walk(node: AnyNode, visit: (node: AnyNode) => void): void {
  visit(node)
  for (const child of Object.values(node)) {
    for (const one of Array.isArray(child) ? child : [child])
      if (typeof one === 'object' && one !== null && 'type' in one) walk(one as AnyNode, visit)
  }
}

function notice({ file, start, end, replacement }: Mutant): boolean {
  const place = join(copy, file)
  const source = readFileSync(join(copy, file), 'utf8')
  writeFileSync(place, source.slice(0, start) + replacement + source.slice(end))
  try {
    const own = join('test', relative('src', file)).replace(/\.ts$/, '')
    // The file's own tests come first, then those of its room: most faults end there.
    const room = join('test', relative('src', file).split(sep)[0] ?? '')
    if (fails('run', own) || fails('run', room)) return true
    return !values.near && fails('related', place, '--run')
  } finally {
    writeFileSync(place, source)
  }
}

function fails(...args: readonly string[]): boolean {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const run = spawnSync(process.execPath, [vitest, ...args, '--bail=1', '--silent', '--passWithNoTests'], {
    cwd: copy,
    ...(Number.isFinite(timeout) && { timeout }),
    encoding: 'utf8',
  })
  output = `${run.stdout}${run.stderr}`.slice(-4_000)
  return run.status === null ? args[0] === 'run' : run.status !== 0
}

function describe({ file, start, end, replacement }: Mutant): string {
  const source = readFileSync(join(copy, file), 'utf8')
  const line = source.slice(0, start).split('\n').length
  return `${relative('src', file)}:${line} ${source.slice(start, end)} → ${replacement || 'nothing'}`
}

/** Draws without repetition; the same seed draws the same. */
function sample(all: readonly Mutant[], count: number, seed: number): readonly Mutant[] {
  let state = seed
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  const rest = [...all]
  const drawn: Mutant[] = []
  while (drawn.length < count && rest.length > 0) drawn.push(...rest.splice(Math.floor(random() * rest.length), 1))
  return drawn
}
