/** Limits of V8: what the memory and the number of processes lead to, and who takes precedence. */
import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import {
  boundedChildOptions,
  childEnvironment,
  childOptions,
  type HeapProcess,
  limitThreadHeaps,
  oldSpaceOf,
  restartWithHeap,
} from '../../src/relay/heap.ts'

const MB = 2 ** 20
const GB = 2 ** 30

test.for([
  { memory: 8 * GB, processes: 1, expected: 1_024, why: 'more than the upper bound' },
  { memory: 1 * GB, processes: 1, expected: 512, why: 'half' },
  { memory: 1 * GB, processes: 2, expected: 256, why: 'half of a share' },
  { memory: 1 * GB, processes: 64, expected: 192, why: 'less than the lower bound' },
  { memory: 0.25 * GB, processes: 1, expected: 192, why: 'less than the lower bound' },
])('of $memory bytes each of $processes processes gets $expected MB: $why', ({ memory, processes, expected }) => {
  expect(oldSpaceOf(processes, memory)).toBe(expected)
})

describe('the first process', () => {
  interface Executed {
    readonly file: string
    readonly args: readonly string[]
    readonly env: NodeJS.ProcessEnv
  }

  /** What would be executed; empty where nothing is. */
  function executed(given: Partial<HeapProcess>): readonly Executed[] {
    const calls: Executed[] = []
    const execve = ((file: string, args: readonly string[], env: NodeJS.ProcessEnv) => {
      calls.push({ file, args, env })
    }) as typeof process.execve
    const own = { execPath: '/bin/node', execArgv: [], argv: ['/bin/node', '/main.js', 'serve'], env: {}, execve }
    restartWithHeap({ ...own, ...given }, GB)
    return calls
  }

  test('runs itself again with limits, the same arguments and the same environment', () => {
    const [call] = executed({ execArgv: ['--no-warnings'], env: { HOME: '/home' } })
    const limits = ['--max-semi-space-size=4', '--max-old-space-size=512']
    expect(call).toEqual({
      file: '/bin/node',
      args: ['/bin/node', '--no-warnings', ...limits, '/main.js', 'serve'],
      env: { HOME: '/home', MALLOC_ARENA_MAX: '2', POSTERN_HEAP: limits.join(' ') },
    })
  })

  test('does so once', () => {
    const [first] = executed({})
    expect(executed({ env: first?.env ?? {} })).toEqual([])
  })

  test.for([
    { why: 'systemd has handed over sockets, which would be closed', given: { env: { LISTEN_FDS: '1' } } },
    { why: 'the system has no execve', given: { execve: undefined } },
    {
      why: 'the operator has set both limits',
      given: { env: { NODE_OPTIONS: '--max_old_space_size=3000' }, execArgv: ['--max-semi-space-size=16'] },
    },
    {
      why: 'the operator has set the whole heap, beside which V8 accepts no other limits',
      given: { execArgv: ['--max-heap-size=600'] },
    },
    { why: 'a parent has a channel to it, which would be closed', given: { connected: true } },
  ])('does not where $why', ({ given }) => {
    expect(executed(given)).toEqual([])
  })

  test('keeps a share of the memory that the operator has set', () => {
    const [call] = executed({ env: { NODE_OPTIONS: '--max-old-space-size-percentage=25' } })
    expect(call?.args).toEqual(['/bin/node', '--max-semi-space-size=4', '/main.js', 'serve'])
  })

  test('goes on without limits where the system forbids it', () => {
    const execve = (() => {
      throw new Error('access denied')
    }) as typeof process.execve
    expect(() => executed({ execve })).not.toThrow()
  })
})

describe('a child', () => {
  test('gets its own old generation in the place of that of the first process, and no inspector', () => {
    const added = ['--max-semi-space-size=4', '--max-old-space-size=1024']
    const parent = { execArgv: ['--no-warnings', '--inspect=9229', ...added], env: { POSTERN_HEAP: added.join(' ') } }
    expect(childOptions(256, parent)).toEqual(['--no-warnings', '--max-semi-space-size=4', '--max-old-space-size=256'])
  })

  test.for([
    { execArgv: ['--max-old-space-size=3000'], env: {} },
    { execArgv: [], env: { NODE_OPTIONS: '--no-warnings --max_old_space_size=3000' } },
  ])('keeps what the operator has set: %o', parent => {
    expect(childOptions(256, parent)).toEqual([...parent.execArgv, '--max-semi-space-size=4'])
  })

  test.for([
    ['--max-heap-size=600', '--max-semi-space-size=16'],
    ['--max_heap_size=600'],
    ['--max-old-space-size=3000'],
    ['--max-old-space-size-percentage=25'],
    [],
  ])('starts with a bound whatever the operator has set: %o', execArgv => {
    const options = boundedChildOptions(128, { execArgv, env: {} })
    const limit = "process.stdout.write(`${require('node:v8').getHeapStatistics().heap_size_limit}`)"
    expect(Number(execFileSync(process.execPath, [...options, '-e', limit]))).toBeLessThan(256 * MB)
  })

  test('keeps the number of arenas that the operator has set', () => {
    expect(childEnvironment({ MALLOC_ARENA_MAX: '8', HOME: '/home' })).toEqual({ MALLOC_ARENA_MAX: '8', HOME: '/home' })
  })
})

test('resourceLimits hold for threads, which a limit of the command line would override', () => {
  const flags: string[] = []
  limitThreadHeaps(flag => void flags.push(flag))
  expect(flags).toEqual(['--max-old-space-size=0', '--max-semi-space-size=1'])
})
